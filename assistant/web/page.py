"""The chat page: question in, growing answer out. The only file that knows Gradio.

Knows nothing of search or models: it is handed something that answers. The conversation lives on the server
(`gr.State`), the Chatbot only shows it, and both are forgotten when the tab closes.
"""

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from assistant.answer import Answer, Message, ModelCard, Status
from assistant.energy.session import Totals
from assistant.render import FactSource, asked_markdown, page_markdown, totals_markdown
from assistant.web.line import Line
from assistant.web.newest import Run, newest
from assistant.web.texts import COOKIE, EXAMPLES, NAME, SCRIPT, TEXTS, Start, finished, page_language, start_texts
from index.errors import UserError

STATIC = Path(__file__).parent / "static"
MOST_TURNS = 50  # shown and kept
LONGEST_SHOWN = 2000  # characters of a question
AT_ONCE, MOST_WAITING = 2, 64  # answers being made, people waiting
MOST_SESSIONS = 500
STOPPING = 10.0  # seconds that a stop waits for the step in hand, to know what it cost
_PRIVATE: dict[str, Any] = {"api_visibility": "private"}  # tidiness: the gate is the protection
SEARCHING = '<p class="searching">{}</p>'


class Asked(Protocol):
    """What the page needs from an assistant."""

    card: ModelCard

    def ask(self, question: str, history: Sequence[Message] = (), language: str | None = None) -> Iterator[Answer]: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, its answer so far, and what the page shows for it."""

    question: str
    answer: Answer | None = None
    shown: str = ""
    ended: bool = False
    run: Run = field(default_factory=Run, compare=False, repr=False)


Turns = tuple[Turn, ...]
Row = tuple[Any, ...]  # one value per output, in the order of `outputs`


def build(
    assistant: Asked, facts: Mapping[str, FactSource], start_screen: Start, totals: Totals | None = None
) -> gr.Blocks:
    """Return the page; `start_screen`: what it first says; `totals` says what is used beside the questions."""
    i18n = gr.I18n(**start_texts(start_screen))
    with gr.Blocks(title=NAME, fill_height=True, analytics_enabled=False) as demo:
        turns = gr.State(())
        with gr.Row(elem_id="head"):
            gr.Markdown(i18n("head"), elem_id="name")
            new = gr.Button(i18n("new"), elem_id="new", size="sm", scale=0)
            gr.Button(i18n("other_language"), elem_id="language", size="sm", scale=0)
        chat = gr.Chatbot(
            show_label=False, elem_id="chat", scale=1, height=None, layout="bubble", buttons=["copy"],
            latex_delimiters=[], allow_tags=False, autoscroll=False, feedback_options=[], visible="hidden",
        )  # fmt: skip
        with gr.Column(elem_id="start", scale=1) as start:
            gr.Markdown(i18n("start"), elem_id="welcome")
            with gr.Row(elem_id="examples"):
                examples = [gr.Button(i18n(name), elem_id=name.replace("_", "-"), size="md") for name in EXAMPLES]
        with gr.Column(elem_id="foot"):
            with gr.Row(elem_id="ask"):
                question = gr.Textbox(
                    label=i18n("question"), placeholder=i18n("question_placeholder"), lines=1, max_lines=6,
                    elem_id="question", scale=1,
                )  # fmt: skip
                send = gr.Button(i18n("send"), elem_id="send", variant="primary", scale=0)
                stop = gr.Button(i18n("stop"), elem_id="stop", variant="stop", scale=0, visible="hidden")
            status = gr.Markdown(i18n("ready"), elem_id="status")
            cost = gr.Markdown(elem_id="totals", visible="hidden")

        outputs = [question, chat, turns, start, send, stop, status, cost]
        asks = [(question.submit, _begin), (send.click, _begin)]
        asks += [(button.click, _begin_with(name)) for name, button in zip(EXAMPLES, examples, strict=True)]
        running = []
        line = Line(AT_ONCE)
        answer = _answer(assistant, facts, totals, line)
        for event, begin in asks:
            opened = event(begin, [question, turns], outputs, queue=False, show_progress="hidden", **_PRIVATE)
            # Our own line says, in the person's language, how many come first; Gradio's queue only says it in English.
            step = opened.success(
                answer, [turns], outputs, show_progress="minimal", show_progress_on=status, concurrency_id="answer",
                concurrency_limit=MOST_WAITING, **_PRIVATE,
            )  # fmt: skip
            running.append(step)
        quiet = {"queue": False, "show_progress": "hidden", "cancels": running, **_PRIVATE}
        # One after the other: sent at once, the word of the first could arrive last and stay.
        stopping = stop.click(_stopping(line), None, status, queue=False, show_progress="hidden", **_PRIVATE)
        stopping.then(_stopped(facts, totals), [turns], outputs, **quiet)
        new.click(_forgotten(line), None, outputs, **quiet)

        def forget(request: gr.Request) -> None:
            line.leave(str(request.session_hash))
            demo.state_holder.session_data.pop(request.session_hash, None)

        demo.unload(forget)
    demo.state_session_capacity = MOST_SESSIONS
    return demo.queue(default_concurrency_limit=AT_ONCE, max_size=MOST_WAITING, api_open=False)


def mount(app: Any, demo: gr.Blocks, root_path: str, start_screen: Start, more: str = "") -> None:
    """Serve the page at the root of a FastAPI application; `more` goes into its head."""
    words = json.dumps({lang: {name: said[name] for name in SCRIPT} for lang, said in TEXTS.items()})
    head = (
        f'<link rel="stylesheet" href="{root_path}/ui/style.css">'
        f'<script type="application/json" id="words">{words}</script>'
        f'<script src="{root_path}/ui/ui.js" defer></script>{more}'
    )
    gr.mount_gradio_app(
        app, demo, path="/", root_path=root_path or None, i18n=gr.I18n(**start_texts(start_screen)), theme=_theme(),
        head=head, footer_links=[],
        run_history=False, enable_monitoring=False, show_error=False, max_file_size="1mb", pwa=False, ssr_mode=False,
        mcp_server=False, favicon_path=str(STATIC / "favicon.svg"),
    )  # fmt: skip
    # Gradio 6.31 checks which files a browser may name only once this is true, and mounting never sets it.
    demo.has_launched = True


def _theme() -> gr.themes.Base:
    theme = gr.themes.Base(
        primary_hue="teal", neutral_hue="slate", radius_size="lg", font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )  # fmt: skip
    # The default contrasts are too low: ui-notes section 5.
    return theme.set(
        button_primary_background_fill="*primary_700", button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800", button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white", color_accent="*primary_700", input_placeholder_color="*neutral_600",
        input_placeholder_color_dark="*neutral_300", block_label_text_color="*neutral_700",
        block_title_text_color="*neutral_700",
    )  # fmt: skip


def _texts(request: gr.Request) -> Mapping[str, str]:
    return TEXTS[_language(request)]


def _language(request: gr.Request) -> str:
    return page_language(request.cookies.get(COOKIE), request.headers.get("accept-language"))


def _row(turns: Turns, status: str, *, running: bool = False, question: Any = None, cost: str | None = None) -> Row:
    """Return the values of all outputs; `question` None leaves the box alone, `cost` None the totals."""
    messages = []
    for turn in turns:
        messages.append({"role": "user", "content": asked_markdown(turn.question)})
        if turn.shown:
            messages.append({"role": "assistant", "content": turn.shown})
    return (
        gr.skip() if question is None else question,
        gr.Chatbot(messages, visible=True if turns else "hidden"),
        turns,
        gr.Column(visible="hidden" if turns else True),
        gr.Button(visible="hidden" if running else True),
        gr.Button(visible=True if running else "hidden"),
        status,
        gr.skip() if cost is None else gr.Markdown(cost, visible=True if cost else "hidden"),
    )


def _unchanged(status: Any) -> Row:
    return (*(gr.skip() for _ in range(6)), status, gr.skip())


def _begin(question: object, turns: Turns, request: gr.Request) -> Row:
    """Show the question at once; the answer comes in the next step."""
    texts, asked = _texts(request), str(question or "").strip()  # a Textbox hands on any JSON it is sent
    if turns and not turns[-1].ended:
        return _row(turns, texts["waiting_for"], running=True)  # with Stop at hand, so that no state is a dead end
    if not asked:
        return _unchanged(texts["empty"])
    waiting = Turn(asked, shown=SEARCHING.format(texts["searching"]))
    return _row((*turns, waiting)[-MOST_TURNS:], texts["searching"], running=True, question="")


def _begin_with(name: str) -> Callable[..., Row]:
    def begin(_: object, turns: Turns, request: gr.Request) -> Row:
        return _begin(_texts(request)[name], turns, request)

    return begin


def _answer(
    assistant: Asked, facts: Mapping[str, FactSource], totals: Totals | None, line: Line
) -> Callable[..., AsyncGenerator[Row, None]]:
    async def answer(turns: Turns, request: gr.Request) -> AsyncGenerator[Row, None]:
        """Fill in the last turn, at most five times a second."""
        yield _unchanged(gr.skip())  # a generator that ends without a yield blanks its outputs
        if not turns or turns[-1].ended or turns[-1].run.stopped:
            return
        with line.place(str(request.session_hash), turns[-1].run.left) as ticket:
            async for first in line.ahead(ticket):
                yield _unchanged(_texts(request)["waiting_line"].format(n=first))
            if ticket.left.is_set():
                return
            async with aclosing(answered(turns, request)) as rows:
                async for row in rows:
                    yield row

    async def answered(turns: Turns, request: gr.Request) -> AsyncGenerator[Row, None]:
        *before, turn = turns
        language, status = _language(request), _texts(request)["searching"]
        # What holds no letter has no language: it is answered in the page's.
        said = None if any(c.isalpha() for c in turn.question) else language
        past = [message for old in before for message in _messages(old)]
        async with aclosing(newest(lambda: assistant.ask(turn.question, past, said), turn.run)) as answers:
            async for part in answers:
                if isinstance(part, BaseException):
                    part = _failure(part, turn.question, assistant.card, language)
                shown = page_markdown(part, len(turns), facts)
                turn = Turn(turn.question[:LONGEST_SHOWN], part, shown, part.done, turn.run)
                waits = TEXTS[language]["waiting_turn"].format(n=part.waiting) if part.waiting else status
                # A question that could not be read goes back to the box, to be mended.
                back = part.question if part.status is Status.FAILED else None
                cost = _cost((*before, turn), totals, language) if part.done else None
                now = _told(part, language) if part.done else waits
                yield _row((*before, turn), now, running=not part.done, question=back, cost=cost)

    return answer


def _cost(turns: Turns, totals: Totals | None, language: str) -> str:
    """Return what the conversation cost so far; a question that could not be read, or never began, is left out."""
    asked = [turn for turn in turns if turn.ended and turn.run.started]
    asked = [turn for turn in asked if turn.answer is None or turn.answer.status is not Status.FAILED]
    readings = [turn.answer.energy if turn.answer else None for turn in asked]
    return totals_markdown(readings, totals() if totals else {}, language) if readings else ""


def _messages(turn: Turn) -> list[Message]:
    if turn.answer is None or turn.answer.status is Status.FAILED:
        return []
    return [Message("user", turn.question), Message("assistant", turn.answer.text)]


def _told(answer: Answer, language: str) -> str:
    if answer.status is Status.ANSWERED:
        return finished(language, len(answer.citations))
    return TEXTS[language][str(answer.status)]


def _failure(problem: BaseException, question: str, card: ModelCard, language: str) -> Answer:
    """Return a problem as a failed answer: it must never look like an answer. A bug also goes to the server's log."""
    if isinstance(problem, UserError):
        text = " ".join(problem.told(language))
    else:
        logging.getLogger(__name__).error("an answer was interrupted by a bug", exc_info=problem)
        text = TEXTS[language]["broken"]
    return Answer(question[:LONGEST_SHOWN], "", language, card, status=Status.FAILED, text=text)


def _stopping(line: Line) -> Callable[..., str]:
    def stopping(request: gr.Request) -> str:
        """Let go at once: Gradio's cancel waits for the next thing shown, and a model that reads would go on."""
        line.leave(str(request.session_hash))
        return _texts(request)["stopping"]

    return stopping


def _stopped(facts: Mapping[str, FactSource], totals: Totals | None) -> Callable[..., Awaitable[Row]]:
    async def stopped(turns: Turns, request: gr.Request) -> Row:
        """Keep what was written, marked as incomplete, with what it cost; the answer itself when it was just done."""
        language = _language(request)
        texts = TEXTS[language]
        if not turns or turns[-1].ended:
            return _row(turns, gr.skip())
        *before, last = turns
        last.run.stop()
        answer = await last.run.last(STOPPING) or last.answer
        shown, told = SEARCHING.format(texts["stopped"]), texts["stopped"]
        if answer is not None:
            shown = page_markdown(answer, len(turns), facts, stopped=not answer.done)
            told = _told(answer, language) if answer.done else told
        now = (*before, replace(last, answer=answer, shown=shown, ended=True))
        return _row(now, told, cost=_cost(now, totals, language))

    return stopped


def _forgotten(line: Line) -> Callable[..., Row]:
    def forgotten(request: gr.Request) -> Row:
        line.leave(str(request.session_hash))
        return _row((), _texts(request)["forgotten"], question="", cost="")

    return forgotten
