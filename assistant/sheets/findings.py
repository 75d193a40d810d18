"""What can be found wrong in a corpus, and the words for it in both languages.

Knows nothing of how it is found.
"""

from dataclasses import dataclass
from typing import Any

ERROR, WARNING = "ERROR", "WARNING"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong at a line of a file; `said` fills the blank of the words of its `code`."""

    path: str
    line: int
    code: str
    said: str = ""
    level: str = ERROR

    def told(self, language: str) -> str:
        """Return what is wrong in `language`, "fr" or "en"."""
        return WORDS[self.code][0 if language == "fr" else 1].format(self.said)

    @property
    def place(self) -> str:
        """Where it is, as editors read it."""
        return f"{self.path}:{self.line}"


WORDS = {
    "unreadable": ("le fichier ne se lit pas comme du texte UTF-8", "the file cannot be read as UTF-8 text"),
    "front_matter": ("l’en-tête YAML manque ou ne se lit pas : {}", "the YAML front matter is missing or broken: {}"),
    "key_missing": ("il manque la clé « {} »", "the key '{}' is missing"),
    "key_unknown": ("la clé « {} » n’est pas prévue", "the key '{}' is not expected"),
    "key_twice": ("la clé « {} » est donnée deux fois", "the key '{}' is given twice"),
    "key_type": (
        "« {} » n’a pas la forme attendue (un mot, un texte ou une liste de mots)",
        "'{}' has not the expected form (a word, a text or a list of words)",
    ),
    "id": ("l’identifiant « {} » n’est pas le nom du fichier", "the id '{}' is not the file's name"),
    "language": ("la langue « {} » n’est pas celle du dossier", "the language '{}' is not the folder's"),
    "date": (
        "{} : attendu une date AAAA-MM-JJ, la revue après l’entrée en vigueur",
        "{}: expected a date YYYY-MM-DD, the review after the start",
    ),
    "review": (
        "la date de revue est passée ({}) : relisez la fiche",
        "the review date has passed ({}): review the sheet",
    ),
    "superseded": (
        "superseded_by nomme « {} », qui n’existe pas (ou est la fiche elle-même)",
        "superseded_by names '{}', which does not exist (or is the sheet itself)",
    ),
    "kind": ("nature (kind) inconnue : {}", "unknown kind: {}"),
    "axes": ("axe inconnu : {}", "unknown axis: {}"),
    "topics": ("thème inconnu : {}", "unknown topic: {}"),
    "audience": ("public inconnu : {}", "unknown audience: {}"),
    "one_language": (
        "le dossier n’a de fiches qu’en « {} » : les jumelles ne sont pas vérifiées",
        "the folder has sheets in '{}' only: twins are not checked",
    ),
    "twin_missing": ("la fiche jumelle {} manque", "the twin sheet {} is missing"),
    "twin_sections": (
        "la jumelle n’a pas le même nombre de sections : {}",
        "the twin has not the same number of sections: {}",
    ),
    "twin_facts": ("faits cités ici et pas dans la jumelle : {}", "facts cited here and not in the twin: {}"),
    "twin_front": ("l’en-tête diffère de celui de la jumelle : {}", "the front matter differs from the twin's: {}"),
    "title": (
        "attendu, une fois et en premier : le titre de niveau 1 « # {} »",
        "expected, once and first: the level 1 title '# {}'",
    ),
    "length": ("le corps compte {} mots ; attendu : de 250 à 700", "the body has {} words; expected: 250 to 700"),
    "sentences": ("phrases trop longues : {} mots en moyenne", "sentences too long: {} words on average"),
    "sentence_twice": ("phrase déjà dite, mot pour mot : {}", "sentence already said, word for word: {}"),
    "fact_form": (
        "marque de fait mal écrite : {} (attendu : [fact:identifiant])",
        "badly written fact mark: {} (expected: [fact:id])",
    ),
    "fact_unknown": ("le fait « {} » n’est pas dans facts.yaml", "the fact '{}' is not in facts.yaml"),
    "fact_low": (
        "le fait « {} » n’est pas assez sûr pour être cité (confidence: low)",
        "the fact '{}' is not sure enough to be cited (confidence: low)",
    ),
    "fact_place": (
        "la marque [fact:{}] ne suit pas une fin de phrase",
        "the mark [fact:{}] does not follow the end of a sentence",
    ),
    "fact_joined": (
        "l’index ne coupe pas de phrase devant [fact:{}] : tournez la fin de la phrase autrement",
        "the index cuts no sentence before [fact:{}]: end the sentence another way",
    ),
    "figure": ("chiffre sans fait dans son paragraphe : {}", "figure without a fact in its paragraph: {}"),
    "figure_invented": ("chiffre dit inventé, sans fait : {}", "figure said to be invented, without a fact: {}"),
    "heading_twice": ("titre déjà employé dans la fiche, ligne {}", "heading already used in this sheet, line {}"),
    "heading_shared": ("titre déjà employé : {}", "heading already used: {}"),
    "link": ("lien inutilisable : {}", "unusable link: {}"),
    "html": ("HTML refusé : {}", "HTML is refused: {}"),
    "markdown": (
        "attendu des titres « ## … », des paragraphes, des listes ou un tableau : {}",
        "expected headings '## ...', paragraphs, lists or a table: {}",
    ),
    "image": ("image refusée : {}", "images are refused: {}"),
    "invisible": ("caractère invisible refusé : {}", "invisible character refused: {}"),
    "asked": (
        "question inutilisable : elle ne se lit pas, ou sa phrase n’est pas dans la fiche : {}",
        "unusable question: it cannot be read, or its sentence is not in the sheet: {}",
    ),
    "asked_twice": ("question déjà posée : {}", "question already asked: {}"),
    "asked_alone": ("fichier de questions sans fiche à côté", "file of questions without a sheet beside it"),
    "no_sheet": ("aucune fiche dans fr/ ni dans en/", "no sheet in fr/ nor in en/"),
}

SUMMARY = {
    "pairs": ("paires de fiches", "pairs of sheets"),
    "sheets": ("fiches", "sheets"),
    "kind": ("par nature", "by kind"),
    "axes": ("par axe", "by axis"),
    "topics": ("par thème", "by topic"),
    "audience": ("par public", "by audience"),
    "facts": ("faits utilisables cités", "usable facts cited"),
    "mean_fr": ("mots par phrase en français", "words per sentence in French"),
    "mean_en": ("mots par phrase en anglais", "words per sentence in English"),
    "errors": ("erreurs", "errors"),
    "warnings": ("avertissements", "warnings"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found, in the order of the files, and what was counted."""

    findings: tuple[Finding, ...]
    counted: tuple[tuple[str, str], ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return all(f.level != ERROR for f in self.findings)

    def summary(self, language: str) -> list[tuple[str, str]]:
        """Return (what was counted, how many) in `language`."""
        levels = [f.level for f in self.findings]
        told = (*self.counted, ("errors", str(levels.count(ERROR))), ("warnings", str(levels.count(WARNING))))
        return [(SUMMARY[name][0 if language == "fr" else 1], value) for name, value in told]

    def lines(self, language: str) -> list[str]:
        """Return the report for a terminal."""
        colon = " :" if language == "fr" else ":"
        found = [f"{f.level} {f.place} {f.code} {f.told(language)}" for f in self.findings]
        return found + [f"{name}{colon} {value}" for name, value in self.summary(language)]

    def checks(self, language: str) -> list[dict[str, Any]]:
        """Return the `checks` of the contract's `doctor --json`; a warning is ok."""
        found = [(f.code, f.level != ERROR, f"{f.place} {f.told(language)}", "corpus/README.md") for f in self.findings]
        found += [(name, True, value, "") for name, value in self.summary(language)]
        return [dict(zip(("name", "ok", "found", "hint"), row, strict=True)) for row in found]
