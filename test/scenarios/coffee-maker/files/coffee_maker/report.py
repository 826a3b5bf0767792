"""Prints one figure from every table that matters: `python -m coffee_maker.report`, from the project's folder."""

from coffee_maker import messaging, metrics, schema_docs
from coffee_maker.autonomous import review
from coffee_maker.autonomous.roadmap_database import RoadmapDatabase
from coffee_maker.autonomous.spec_handler import SpecHandler
from coffee_maker.notifications import NotificationDB
from coffee_maker.orchestrator import task_queue
from coffee_maker.orchestrator.continuous_work_loop import ContinuousWorkLoop


def figures():
    roadmap = RoadmapDatabase()
    specs = SpecHandler()
    notifications = NotificationDB()
    loop = ContinuousWorkLoop()
    yield "roadmap items", len(roadmap.get_all_items())
    yield "roadmap items complete", len(roadmap.get_all_items("Complete"))
    yield "roadmap audit entries", roadmap.audit_count()
    yield "roadmap header", roadmap.get_metadata("header")
    yield "pending roadmap updates", roadmap.pending_updates()
    yield "spec hours", specs.spec_hours()
    yield "tasks by status", specs.tasks_by_status()
    yield "commits to review", [sha[:8] for (sha,) in review.unreviewed_commits()]
    yield "average quality", review.average_quality()
    yield "architect's inbox", review.agent_inbox("architect")
    yield "audit actions", review.audit_actions()
    yield "notifications for the user", notifications.count()
    yield "last notification", notifications.state("last_notification")
    yield "agents", loop.running_agents()
    yield "completed agents", loop.spawned()
    yield "last tick", loop.state("last_tick_ns")
    yield "queued tasks", task_queue.queue_length()
    yield "open bugs", task_queue.open_bugs()
    yield "hard dependencies", task_queue.hard_dependencies()
    yield "unread messages", messaging.unread("architect")
    yield "newest message", messaging.newest()
    yield "cost by model", metrics.cost_by_model()
    yield "subtask seconds", metrics.TaskMetrics().total_seconds()
    yield "roadmap table documented", "roadmap_items" in schema_docs.documented_tables()


def main():
    for name, value in figures():
        print(f"{name:>28}: {value}")


if __name__ == "__main__":
    main()
