//! The recurring jobs: when, and which function.
//!
//! tokio-cron-scheduler is the ticker and no more: what is to be done stands in rows with a
//! `due_at`, because the ticker forgets a run that it missed and keeps the UTC offset of the day
//! a job was made. Jobs take no input and can run twice.

use actix_web::web::Data;
use futures_util::future::LocalBoxFuture;
use tokio_cron_scheduler::{Job, JobScheduler};

use crate::app::App;
use crate::error::Result;
use crate::{
    deliveries, imports, issues, library, moves, people, personal, privacy, recurring, reports,
    signups, staff, subscribers, tracking,
};

/// A job: its schedule (cron with seconds, UTC), its name, and what it does. It returns whether
/// it did anything, so that tests can run the jobs until nothing is left to do.
pub struct Recurring {
    schedule: &'static str,
    name: &'static str,
    run: fn(Data<App>) -> LocalBoxFuture<'static, Result<bool>>,
}

/// All of them.
pub const JOBS: &[Recurring] = &[
    Recurring {
        schedule: "* * * * * *",
        name: "send issues",
        run: |app| Box::pin(async move { deliveries::sender::tick(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "look up who signs up",
        run: |app| Box::pin(async move { signups::receive::look_up(&app).await }),
    },
    Recurring {
        schedule: "10 * * * * *",
        name: "hold confirmations back when almost nobody confirms",
        run: |app| Box::pin(async move { signups::hold::watch(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "send due subscriber mails",
        run: |app| Box::pin(async move { subscribers::send_mail::send_due(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "look up who asks for a link to their own page",
        run: |app| Box::pin(async move { personal::ask::look_up(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "send due mails to one person",
        run: |app| Box::pin(async move { personal::send_mail::send_due(&app).await }),
    },
    Recurring {
        schedule: "*/10 * * * * *",
        name: "take what was erased out of the database's log",
        run: |app| Box::pin(async move { subscribers::erase::wipe(&app).await }),
    },
    Recurring {
        schedule: "0 52 3 * * *",
        name: "write the database anew when somebody was erased",
        run: |app| Box::pin(async move { subscribers::erase::rewrite(&app).await }),
    },
    Recurring {
        schedule: "0 49 3 * * *",
        name: "remove old copies of the database",
        run: |app| Box::pin(async move { subscribers::erase::forget_copies(&app).await }),
    },
    Recurring {
        schedule: "0 47 3 * * *",
        name: "take ended lines out of withdrawals.log",
        run: |app| Box::pin(async move { subscribers::withdrawals_end::clear(&app).await }),
    },
    Recurring {
        schedule: "0 12 4 * * *",
        name: "count the consents under which nothing is sent",
        run: |app| Box::pin(async move { subscribers::idle::count(&app).await }),
    },
    Recurring {
        schedule: "0 32 3 * * *",
        name: "forget links to own pages, and visits",
        run: |app| Box::pin(async move { personal::retention::clear_old(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "go on with imports",
        run: |app| Box::pin(async move { imports::run::go_on(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "go on with changes of many",
        run: |app| Box::pin(async move { people::bulk::run::go_on(&app).await }),
    },
    Recurring {
        schedule: "0 24 * * * *",
        name: "forget what changes of many can no longer take back",
        run: |app| Box::pin(async move { people::bulk::run::forget_old(&app).await }),
    },
    Recurring {
        schedule: "0 27 * * * *",
        name: "forget files of imports, and what can no longer be undone",
        run: |app| Box::pin(async move { imports::forget::old(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "move people to another domain",
        run: |app| Box::pin(async move { moves::run::go_on(&app).await }),
    },
    Recurring {
        schedule: "0 42 * * * *",
        name: "forget old addresses when their move can no longer be undone",
        run: |app| Box::pin(async move { moves::run::forget_old(&app).await }),
    },
    Recurring {
        // They say whom somebody looked for, and work for a quarter of an hour.
        schedule: "22 * * * * *",
        name: "forget exports whose links have ended",
        run: |app| Box::pin(async move { people::export::prepare::forget_ended(&app).await }),
    },
    Recurring {
        schedule: "* * * * * *",
        name: "write opens and clicks down",
        run: |app| Box::pin(async move { tracking::write_down(&app).await }),
    },
    Recurring {
        schedule: "35 * * * * *",
        name: "judge opens and clicks by what came around them",
        run: |app| Box::pin(async move { tracking::settle(&app).await }),
    },
    Recurring {
        schedule: "40 * * * * *",
        name: "read the feeds that are due",
        run: |app| Box::pin(async move { library::feeds::read_due(&app).await }),
    },
    Recurring {
        schedule: "0 57 3 * * *",
        name: "forget moves of addresses that can no longer be undone",
        run: |app| Box::pin(async move { library::relocate::forget_old(&app).await }),
    },
    Recurring {
        schedule: "*/10 * * * * *",
        name: "look whether links lead somewhere",
        run: |app| Box::pin(async move { library::links::check_due(&app).await }),
    },
    Recurring {
        schedule: "15 7 * * * *",
        name: "write down the links of history that has none",
        run: |app| Box::pin(async move { issues::archive::links::write_down(&app).await }),
    },
    Recurring {
        schedule: "30 7 * * * *",
        name: "queue the links of the library and of what was sent",
        run: |app| Box::pin(async move { library::links::queue_known(&app).await }),
    },
    Recurring {
        schedule: "*/10 * * * * *",
        name: "make new issues searchable",
        run: |app| Box::pin(async move { issues::archive::index::write_down(&app).await }),
    },
    Recurring {
        schedule: "20 * * * * *",
        name: "end pauses that are over",
        run: |app| Box::pin(async move { subscribers::preferences::resume_due(&app).await }),
    },
    Recurring {
        schedule: "5 * * * * *",
        name: "prepare drafts of recurring issues",
        run: |app| Box::pin(async move { recurring::prepare::prepare_due(&app).await }),
    },
    Recurring {
        schedule: "35 */20 * * * *",
        name: "add up who read large issues",
        run: |app| Box::pin(async move { reports::readers::keep(&app).await }),
    },
    Recurring {
        schedule: "45 7 * * * *",
        name: "write down how many left after an issue",
        run: |app| Box::pin(async move { reports::leavers::write_down(&app).await }),
    },
    Recurring {
        schedule: "0 37 3 * * *",
        name: "clear what has been kept for long enough",
        run: |app| Box::pin(async move { privacy::clear::clear_old(&app).await }),
    },
    Recurring {
        schedule: "0 17 3 * * *",
        name: "clear ended sessions and old answers",
        run: |app| Box::pin(async move { staff::sign_in::clear_ended(&app).await }),
    },
];

/// Starts the ticker. A job that is still running when its time comes again is left to finish.
pub async fn start(app: &Data<App>) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    for job in JOBS {
        // The scheduler's futures move between threads and actix's do not, so a tick only wakes
        // a task that stays on this one.
        let (wake, mut woken) = tokio::sync::mpsc::channel::<()>(1);
        let app = app.clone();
        tokio::task::spawn_local(async move {
            while woken.recv().await.is_some() {
                if let Err(error) = (job.run)(app.clone()).await {
                    app.metrics.job_failed(job.name);
                    tracing::error!(job = job.name, error = ?error, "a job failed; it is tried again at its next time");
                }
            }
        });
        scheduler
            .add(Job::new(job.schedule, move |_, _| {
                let _ = wake.try_send(());
            })?)
            .await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

/// Runs all jobs again and again until none has anything to do: what tests do instead of waiting.
pub async fn run_until_idle(app: &Data<App>) -> Result<()> {
    loop {
        let mut busy = false;
        for job in JOBS {
            busy |= (job.run)(app.clone()).await?;
        }
        if !busy {
            return Ok(());
        }
    }
}
