"""What goes when a shopper deletes a conversation."""

from sqlalchemy import Connection, delete, update

from assistant.tables import REMINDER_CHOICES, REMINDERS, STOCK_WATCHES


def forget_reminders(connection: Connection, conversation_id: str) -> None:
    """With a deleted conversation goes what was kept of somebody who is known by it alone. Of a customer stays that
    they want no reminders and which they had: or else they would get them again."""
    who = f"conversation:{conversation_id}"
    for table in (REMINDER_CHOICES, STOCK_WATCHES, REMINDERS):
        connection.execute(delete(table).where(table.c.who == who))
        connection.execute(update(table).where(table.c.conversation_id == conversation_id).values(conversation_id=""))
