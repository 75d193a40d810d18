"""Read public questions from clones: `public_pairs.py CLONES OUT`.

CLONES holds the repositories of sources.json as git directories or checkouts named OWNER+NAME or NAME, at any revision that
contains the one listed. Writes OUT/public.jsonl, one question a line:

    {"source", "language", "document", "use": "train" | "test", "question", "paragraph": [sentences], "gold": [indices]}

The text is read for training and never committed: its licences are in sources.json and in the card of each model.
"""

import html
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
from index.chunks import sentences  # noqa: E402

LONGEST = 420  # characters of a sentence that answers: more is cut at 64 pieces before its end
Paragraph = tuple[str, str, list[tuple[str, list[str]]]]  # document, text, (question, answers)


def git(repository: Path, *words: str) -> str:
    """Return what git prints; raises CalledProcessError with git's message."""
    return subprocess.run(["git", "-C", str(repository), *words], check=True, capture_output=True).stdout.decode("utf-8", "replace")


def clone(clones: Path, name: str) -> Path:
    """Return where a repository was cloned; raises FileNotFoundError with what to type."""
    for place in (name.replace("/", "+"), name.split("/")[1]):
        if (clones / place).is_dir():
            return clones / place
    raise FileNotFoundError(f"git clone https://github.com/{name} {clones / name.replace('/', '+')}")


def squad_json(repository: Path, source: dict) -> Iterator[Paragraph]:
    """Yield the paragraphs of files in SQuAD's JSON form."""
    for path in source["paths"]:
        for article in json.loads(git(repository, "show", f"{source['revision']}:{path}"))["data"]:
            for paragraph in article["paragraphs"]:
                asked = [(q["question"], [a["text"] for a in q["answers"]]) for q in paragraph["qas"]]
                yield article["title"], paragraph["context"], asked


def squad_pages(repository: Path, source: dict) -> Iterator[Paragraph]:
    """Yield the paragraphs of SQuAD's pages, one an article."""
    for folder in source["paths"]:
        for path in git(repository, "ls-tree", "-r", "--name-only", source["revision"], folder).splitlines():
            if not path.endswith(".html") or path.endswith("index.html"):
                continue
            page = git(repository, "show", f"{source['revision']}:{path}")
            for block in page.split('<div class="para-wrap">')[1:]:
                context = re.search(r"<pre[^>]*>(.*?)</pre>", block, re.DOTALL)
                parts = re.split(r'<strong class="question">', block)[1:]
                asked = []
                for part in parts:
                    answers = re.findall(r'class="answer"[^>]*>(.*?)</', part) or re.findall(r"<li[^>]*>(.*?)</li>", part)
                    asked.append((plain(part.split("</strong>")[0]), [plain(a) for a in answers]))
                if context:
                    yield Path(path).stem.replace("_", " "), plain(context[1]), asked


def plain(text: str) -> str:
    """Return the text of a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def located(spoken: list[str], question: str, answers: list[str]) -> list[int]:
    """Return the sentences that hold the first answer; of several, the one that shares most words with the question."""
    answer = answers[0].strip() if answers else ""
    found = [i for i, s in enumerate(spoken) if answer and answer in s]
    if not found and len(answer) > 60:  # a long answer runs over several sentences: its first words tell where
        found = [i for i, s in enumerate(spoken) if answer[:40] in s or (len(s) > 40 and s[:40] in answer)][:1]
    if len(found) > 1:
        asked = set(re.findall(r"\w{3,}", question.lower()))
        found = [max(found, key=lambda i: len(asked & set(re.findall(r"\w{3,}", spoken[i].lower()))))]
    return [i for i in found if 20 <= len(spoken[i]) <= LONGEST]


def use_of(source: dict, document: str) -> str:
    """Return train or test; a quarter of the articles of a source with both is test, by the sum of its title's bytes."""
    if source["use"] in ("train", "test"):
        return source["use"]
    return "test" if sum(document.encode()) % 4 == 0 else "train"


def main(clones: Path, out: Path) -> None:
    """Write OUT/public.jsonl and print how many questions each source gave."""
    out.mkdir(parents=True, exist_ok=True)
    forms, counts = {"squad_json": squad_json, "squad_pages": squad_pages}, Counter()
    with (out / "public.jsonl").open("w", encoding="utf-8") as file:
        for source in json.loads((Path(__file__).parent / "sources.json").read_text("utf-8")):
            repository = clone(clones, source["repository"])
            for document, context, asked in forms[source["form"]](repository, source):
                text = re.sub(r"\s+", " ", context.replace("\xa0", " ")).strip()
                text = re.sub(r"(?<=[a-zà-ÿ\"»)])([.!?])(?=[A-ZÀ-Ý])", r"\1 ", text)  # CNIL glues its sentences
                spoken = [text[s.start : s.end] for s in sentences(text, 0, len(text))]
                use = use_of(source, document)
                for question, answers in asked:
                    question = re.sub(r"\s+", " ", question).strip()
                    gold = located(spoken, question, [re.sub(r"\s+", " ", a) for a in answers])
                    if not gold or not question or len(question) > 200:
                        continue
                    row = {"source": source["repository"].split("/")[1], "language": source["language"], "document": document,
                           "use": use, "question": question, "paragraph": spoken, "gold": gold}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    counts[row["source"], use] += 1
    for (name, use), count in sorted(counts.items()):
        print(f"{name}, {use}: {count} questions")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
