"""z3 and cvc5, one short-lived process a question, so that a time limit is kept whatever a solver does."""

import multiprocessing

NAMES = ("z3", "cvc5")


def ask_z3(script, seconds, with_model):
    import z3

    solver = z3.Solver()
    solver.set("timeout", int(seconds * 1000))
    solver.from_string(script)
    verdict = str(solver.check())
    return verdict, str(solver.model()) if with_model and verdict == "sat" else ""


def ask_cvc5(script, seconds, with_model):
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("strings-exp", "true")
    solver.setOption("tlimit-per", str(int(seconds * 1000)))
    solver.setOption("produce-models", "true" if with_model else "false")
    symbols = cvc5.SymbolManager(solver)
    parser = cvc5.InputParser(solver, symbols)
    text = script + ("(get-model)\n" if with_model else "")
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    answers = []
    while True:
        command = parser.nextCommand()
        if command.isNull():
            break
        answer = command.invoke(solver, symbols).strip()
        if answer:
            answers.append(answer)
    return answers[0] if answers else "no answer", "\n".join(answers[1:])


def child(name, script, seconds, with_model, pipe):
    ask = {"z3": ask_z3, "cvc5": ask_cvc5}[name]
    try:
        pipe.send(ask(script, seconds, with_model))
    except Exception as error:  # whatever a solver raises is its answer
        pipe.send(("error", str(error)))


def ask(name, script, seconds, with_model=False):
    """`sat`, `unsat`, `timeout`, or `error`, and the model or the reason."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(name, script, seconds, with_model, theirs))
    process.start()
    theirs.close()
    try:
        verdict, more = ours.recv() if ours.poll(seconds + 1) else ("timeout", "")
    except EOFError:
        verdict, more = "error", "the solver ended without an answer"
    process.kill()
    process.join()
    if verdict in ("sat", "unsat", "error"):
        return verdict, more
    return "timeout", more
