"""Commands for people: `python -m coffee_maker.cli.roadmap_cli status`."""

import argparse
import sqlite3


def status(database):
    with sqlite3.connect(database) as conn:
        for number, title in conn.execute("SELECT number, title FROM active_priorities LIMIT 10"):
            print(f"{number:>6}  {title}")


def main():
    parser = argparse.ArgumentParser(description="Show the roadmap")
    parser.add_argument("command", choices=["status"])
    parser.add_argument("--database", default="data/roadmap.db")
    arguments = parser.parse_args()
    status(arguments.database)


if __name__ == "__main__":
    main()
