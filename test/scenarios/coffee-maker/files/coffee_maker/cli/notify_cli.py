"""Lists what waits for the user."""

import sqlite3
import sys

NOTIFICATIONS = "data/notifications.db"


def main():
    connection = sqlite3.connect(NOTIFICATIONS)
    for row in connection.execute("SELECT id, title FROM notifications WHERE status = 'pending' ORDER BY id DESC LIMIT 20"):
        sys.stdout.write("%d %s\n" % row)
    connection.close()


if __name__ == "__main__":
    main()
