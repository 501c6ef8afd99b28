"""The kill test: two real processes of the product under load and under fire, judged from outside.

The Telegram and the language-model emulators keep ledgers of their own, written before they
answer, and visitors of the web page know what was taken; when the faults are over and everything
has settled, `checking` holds all of that against the database.

    python -m tests.chaos --kills 1000 --seed 7 --report report.json
    python -m tests.chaos --kills 20 --folder logs  # logs, ledgers and a journal of the faults
    python -m tests.chaos --kills 5 --plant no_sweeper --settle 15  # must be caught
"""
