"""Documents as text with structure: `parse.parse` for what somebody sent, `text.from_text` for
what is text already, `document.as_text` for the way back."""
