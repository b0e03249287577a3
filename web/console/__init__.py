"""The merchant's console: one file a tab. `door` lets people in, `build` puts the tabs together.

Gradio, which takes seconds to import, is imported by the tabs and by `build`, never by `door`.
"""
