"""Words and numbers: said to people, and read out of what jobs and the network send.

The ways to make text from outside safe to show, and when each is taken:

| by | what is unsafe becomes | for |
| --- | --- | --- |
| ``clean.clean`` | a space, or nothing | names, outputs, user agents: whatever is only read |
| ``visible.visible`` | an escape: ``\\x1b``, ``\\u202e`` | messages and logs: one must see what is there |
| ``printable.printable`` | ``?``; cut | messages of commands: it is found without importing tables |
| ``json_escape.escape_json`` | an escape of JSON | JSON on a terminal: it means the same to programs |
| ``tui.draw.lines.plain`` | as ``clean``, in widths on which terminals agree | lines of the screen |
| ``tui.draw.body_text.escaped`` | an escape, whatever ``clean`` would touch | a ping's body in full |
| ``report.text.escaped`` | Markdown's signs, of cleaned text, get a backslash | audit trails |
"""
