//! What everything shares ([`App`]), and all routes on one page ([`ROUTES`]).

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::Method;
use actix_web::middleware::{Compress, NormalizePath, from_fn};
use actix_web::{HttpServer, guard, web};
use anyhow::Context;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};
use crate::deliveries::Sender;
use crate::error::Result;
use crate::links::Links;
use crate::mail::dkim::Keys;
use crate::mail::{Catcher, Door, MailUrl, Mailer, Relay, hello};
use crate::newsletters::brand::LastBrand;
use crate::operations::{Health, Metrics};
use crate::staff::attempts::Attempts;
use crate::staff::guard::{Access, Route};
use crate::web::outside::Outside;
use crate::{
    deliveries, imports, issues, library, moves, newsletters, openapi, operations, outbox, people,
    personal, pictures, privacy, recurring, reports, segments, signups, staff, subscribers,
    tracking, web as pages,
};

/// What everything shares.
pub struct App {
    /// The settings.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// The public addresses.
    pub links: Links,
    /// Where mail goes: the relay of the settings, or the catcher.
    pub relay: Relay,
    /// What signs every message; none when the relay does.
    pub dkim: Option<Arc<Keys>>,
    /// Sends the single mails.
    pub mailer: Mailer,
    /// The catcher, while `MAIL_URL` is `catcher:`.
    pub catcher: Option<Catcher>,
    /// Tries to sign in.
    pub attempts: Attempts,
    /// The title over the public pages.
    pub brand: LastBrand,
    /// Whether the relay lets us in.
    pub door: Arc<Door>,
    /// The way to the web outside.
    pub outside: Outside,
    /// The sending of issues.
    pub sender: Sender,
    /// What goes through the files of imports.
    pub imports: imports::run::Runner,
    /// What this process counts.
    pub metrics: Metrics,
    /// Whether it is ready.
    pub health: Health,
    /// Opens and clicks that are not written down yet.
    pub hits: tracking::Buffer,
    /// Where links lead that somebody has just followed.
    pub destinations: tracking::at_once::Destinations,
    /// How fast sign-ups make us write.
    pub pace: signups::pace::Pace,
    /// The texts of forms that are written down.
    pub shown: subscribers::shown::ShownTexts,
    /// Addresses for which somebody has asked for a link to their own page.
    pub asked: personal::ask::Asked,
}

impl App {
    /// Connects. The database must be up to date, which is for the caller to see to, because only
    /// who holds [`db::migrate::lock`] may change it; and its hashes must be of our pepper.
    pub fn build(config: Config, clock: Clock) -> Result<web::Data<Self>> {
        // First, because nothing may be sent unsigned by mistake.
        let dkim = match config.dkim_signs {
            true => config.dkim_keys.signing().map_err(anyhow::Error::from)?.map(Arc::new),
            false => None,
        };
        db::migrate::check(&config.database_url)?;
        let db = Db::connect(&config.database_url)?;
        subscribers::pepper::check(&config, &db, clock.now())?;
        let links = Links::new(config.public_url.clone(), &config.secret_keys);
        let (relay, catcher) = match &config.mail_url {
            MailUrl::Smtp(relay) => (relay.clone(), None),
            MailUrl::Catcher => {
                let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let catcher = Catcher::start(config.data_dir.join("outbox"), any_port)
                    .context("starting the catcher of mail")?;
                (catcher.relay(), Some(catcher))
            }
        };
        let door = Arc::new(Door::new(clock.clone()));
        let mailer = Mailer::new(&relay, &hello(&config.public_url))
            .context("reading the relay's settings")?
            .signing(dkim.clone())
            .through(door.clone());
        Ok(web::Data::new(Self {
            clock,
            db,
            links,
            relay,
            dkim,
            mailer,
            door,
            catcher,
            attempts: Attempts::default(),
            brand: LastBrand::default(),
            outside: Outside::new(&config.fetch_allow),
            sender: Sender::default(),
            imports: imports::run::Runner::default(),
            metrics: Metrics::new()?,
            health: Health::default(),
            hits: tracking::Buffer::default(),
            destinations: tracking::at_once::Destinations::default(),
            pace: signups::pace::Pace::default(),
            shown: subscribers::shown::ShownTexts::default(),
            asked: personal::ask::Asked::default(),
            config,
        }))
    }
}

/// The routes: method, pattern, who may, which function. [`ROUTES`] and their registration are
/// both made from this text, so that no route can be without a line in the guard's table.
macro_rules! routes {
    ($($method:ident $pattern:literal $access:ident => $handler:path;)*) => {
        /// Every route and who may use it.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            pattern: $pattern,
            access: Access::$access,
        }),*];

        fn register(config: &mut web::ServiceConfig) {
            $(config.route($pattern, on(Method::$method).to($handler));)*
        }
    };
}

/// GET answers HEAD too; the body is left out on the way.
fn on(method: Method) -> actix_web::Route {
    if method == Method::GET {
        web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
    } else {
        web::method(method)
    }
}

routes! {
    GET "/assets/{path:.*}" Public => pages::static_files::serve;

    GET "/" Public => subscribers::routes::public::front;
    GET "/privacy" Public => privacy::routes::public;
    GET "/admin/privacy" Admins => privacy::routes::retention;
    GET "/admin/privacy/record" Admins => privacy::routes::record;
    GET "/was" Public => subscribers::routes::public::accessibility;
    GET "/subscribe" Public => subscribers::routes::subscribe::any;
    POST "/subscribe" Public => subscribers::routes::subscribe::submit_any;
    GET "/subscribe/{newsletter}" Public => subscribers::routes::subscribe::form;
    POST "/subscribe/{newsletter}" Public => subscribers::routes::subscribe::submit;
    GET "/subscribe/{newsletter}/check-your-mail" Public => subscribers::routes::subscribe::check_your_mail;
    GET "/subscribe/{newsletter}/welcome" Public => subscribers::routes::subscribe::welcome;
    GET "/confirm/{token}" Public => subscribers::routes::by_link::confirm_form;
    POST "/confirm/{token}" Public => subscribers::routes::by_link::confirm;
    GET "/unsubscribe/{token}" Public => subscribers::routes::by_link::unsubscribe_form;
    POST "/unsubscribe/{token}" Public => subscribers::routes::by_link::unsubscribe;
    GET "/preferences/{token}" Public => subscribers::routes::preferences::form;
    POST "/preferences/{token}" Public => subscribers::routes::preferences::submit;
    POST "/preferences/{token}/link" Public => personal::routes::enter::ask_from_issue;
    GET "/my-page" Public => personal::routes::page::show;
    POST "/my-page" Public => personal::routes::page::choose;
    POST "/my-page/details" Public => personal::routes::page::describe;
    POST "/my-page/link" Public => personal::routes::enter::ask;
    GET "/my-page/check-your-mail" Public => personal::routes::enter::check_your_mail;
    GET "/my-page/enter/{token}" Public => personal::routes::enter::form;
    POST "/my-page/enter/{token}" Public => personal::routes::enter::submit;
    POST "/my-page/leave" Public => personal::routes::enter::leave;
    GET "/my-page/data" Public => personal::routes::data::show;
    GET "/my-page/data.json" Public => personal::routes::data::download;
    GET "/my-page/receipt/{id}" Public => personal::routes::data::receipt;
    GET "/my-page/address" Public => personal::routes::address::form;
    POST "/my-page/address" Public => personal::routes::address::submit;
    GET "/my-page/address/{token}" Public => personal::routes::address::confirm_form;
    POST "/my-page/address/{token}" Public => personal::routes::address::confirm;
    GET "/my-page/moved" Public => personal::routes::address::moved;
    GET "/my-page/erase" Public => personal::routes::erase::form;
    POST "/my-page/erase" Public => personal::routes::erase::submit;
    GET "/my-page/erased" Public => personal::routes::erase::erased;
    GET "/unsubscribed/{token}" Public => subscribers::routes::by_link::unsubscribed;
    POST "/unsubscribed/{token}/undo" Public => subscribers::routes::by_link::undo;
    POST "/unsubscribed/{token}/reason" Public => subscribers::routes::by_link::give_reason;

    GET "/admin/subscribers" Desk => people::routes::list;
    GET "/admin/subscribers/export" Editors => people::export::routes::form;
    POST "/admin/subscribers/export" Editors => people::export::routes::submit;
    GET "/admin/subscribers/export/{token}" Editors => people::export::routes::ready;
    GET "/admin/subscribers/export/{token}/file" Editors => people::export::routes::file;
    GET "/admin/subscribers/held" Desk => subscribers::held::routes::list;
    POST "/admin/subscribers/held" Desk => subscribers::held::routes::act;
    GET "/admin/subscribers/bulk" Editors => people::bulk::routes::ask;
    POST "/admin/subscribers/bulk" Editors => people::bulk::routes::submit;
    GET "/admin/subscribers/bulk/{id}" Editors => people::bulk::routes::show;
    POST "/admin/subscribers/bulk/{id}" Editors => people::bulk::routes::undo;
    GET "/admin/subscribers/bulk/{id}/live" Editors => people::bulk::routes::live;
    POST "/admin/subscribers/views" Desk => people::routes::keep_view;
    POST "/admin/subscribers/views/{id}" Desk => people::routes::remove_view;
    GET "/admin/subscribers/{id}" Desk => people::routes::person;
    POST "/admin/subscribers/{id}/notes" Desk => people::routes::write_note;
    POST "/admin/subscribers/{id}/notes/{note}" Desk => people::routes::remove_note;
    GET "/admin/subscribers/{id}/data" Editors => personal::routes::handout::form;
    POST "/admin/subscribers/{id}/data" Editors => personal::routes::handout::make;
    GET "/admin/subscribers/{id}/{action}" Desk => people::routes::ask;
    POST "/admin/subscribers/{id}/{action}" Desk => people::routes::act;
    GET "/admin/imports" Editors => imports::routes::list;
    POST "/admin/imports" Editors => imports::routes::receive;
    GET "/admin/imports/{id}" Editors => imports::routes::show;
    POST "/admin/imports/{id}" Editors => imports::routes::save;
    GET "/admin/imports/{id}/live" Editors => imports::routes::live;
    GET "/admin/imports/{id}/errors" Editors => imports::routes::errors;
    POST "/admin/imports/{id}/{action}" Editors => imports::routes::act;
    GET "/admin/moves" Editors => moves::routes::list;
    POST "/admin/moves" Editors => moves::routes::submit;
    GET "/admin/moves/{id}" Editors => moves::routes::show;
    GET "/admin/moves/{id}/live" Editors => moves::routes::live;
    POST "/admin/moves/{id}/{action}" Editors => moves::routes::act;
    GET "/admin/growth" Anyone => subscribers::routes::growth::show;
    POST "/admin/growth" Editors => subscribers::routes::growth::state;
    GET "/admin/growth/days" Anyone => subscribers::routes::growth_by_day::show;
    GET "/admin/growth/days.csv" Anyone => subscribers::routes::growth_by_day::file;

    GET "/admin/sign-in" Public => staff::routes::form;
    POST "/admin/sign-in" Public => staff::routes::submit;
    POST "/admin/sign-in/link" Public => staff::routes::send_link;
    GET "/admin/sign-in/{token}" Public => staff::routes::link;
    POST "/admin/sign-in/{token}" Public => staff::routes::use_link;
    POST "/admin/sign-out" Anyone => staff::routes::sign_out;
    GET "/admin/account" Anyone => staff::routes::account;
    POST "/admin/account" Anyone => staff::routes::change_account;
    GET "/admin/settings" Admins => newsletters::routes::show;
    POST "/admin/settings" Admins => newsletters::routes::create;
    GET "/admin/settings/new" Admins => newsletters::routes::new;
    POST "/admin/settings/{newsletter}" Admins => newsletters::routes::change;
    GET "/admin/staff" Admins => staff::routes::list;
    POST "/admin/staff" Admins => staff::routes::create;
    POST "/admin/staff/{id}" Admins => staff::routes::change;
    POST "/admin/tokens" Admins => staff::routes::create_token;
    POST "/admin/tokens/{id}/revoke" Admins => staff::routes::revoke_token;

    GET "/o/{token}.gif" Public => tracking::routes::open;
    GET "/c/{token}" Public => tracking::routes::click;
    GET "/p/{slug}" Public => tracking::routes::short;

    GET "/outbox" Public => outbox::routes::list;
    GET "/outbox/{number}" Public => outbox::routes::mail;
    GET "/outbox/{number}/html" Public => outbox::routes::mail_html;
    GET "/outbox/{number}/eml" Public => outbox::routes::eml;

    GET "/healthz" Public => operations::routes::healthz;
    GET "/readyz" Public => operations::routes::readyz;
    GET "/metrics" Public => operations::routes::metrics;

    GET "/admin/deliveries" Desk => deliveries::routes::list;
    GET "/admin/deliveries/{id}" Desk => deliveries::routes::show;
    GET "/admin/deliveries/{id}/live" Desk => deliveries::routes::live;
    GET "/admin/deliveries/{id}/{action}" Desk => deliveries::routes::confirm;
    POST "/admin/deliveries/{id}/{action}" Desk => deliveries::routes::act;
    POST "/admin/relay/try-again" Desk => deliveries::routes::try_relay;

    GET "/admin/verdicts" Desk => tracking::routes::verdicts;
    GET "/admin/issues/{id}/report" Desk => reports::routes::issue;
    GET "/admin/issues/{id}/report.csv" Desk => reports::routes::issue_csv;
    GET "/admin/issues/{id}/report/clicks" Desk => reports::routes::over_the_issue;
    GET "/admin/figures" Editors => reports::routes::figures::list;
    POST "/admin/figures" Editors => reports::routes::figures::enter;
    GET "/admin/figures/import" Editors => reports::routes::figures::import_form;
    POST "/admin/figures/import" Editors => reports::routes::figures::import;
    POST "/admin/figures/{id}/take-back" Editors => reports::routes::figures::take_back;
    GET "/admin/activities" Editors => reports::routes::activities::list;
    POST "/admin/activities" Editors => reports::routes::activities::enter;
    GET "/admin/activities/{id}" Editors => reports::routes::activities::show;
    POST "/admin/activities/{id}" Editors => reports::routes::activities::correct;
    GET "/admin/status-notes" Anyone => reports::routes::notes::list;
    POST "/admin/status-notes" Editors => reports::routes::notes::begin;
    GET "/admin/status-notes/{id}" Anyone => reports::routes::notes::show;
    GET "/admin/status-notes/{id}/file" Anyone => reports::routes::notes::file;
    GET "/admin/status-notes/{id}/words" Editors => reports::routes::note_words::words;
    POST "/admin/status-notes/{id}/words" Editors => reports::routes::note_words::save_words;
    POST "/admin/status-notes/{id}/freeze" Editors => reports::routes::notes::freeze;
    GET "/admin/status-notes/{id}/difference" Anyone => reports::routes::notes::difference;

    GET "/admin/library" Editors => library::routes::list;
    POST "/admin/library" Editors => library::routes::item::create;
    GET "/admin/library/new" Editors => library::routes::item::blank;
    POST "/admin/library/fetch" Editors => library::routes::fetch::propose;
    GET "/admin/library/feeds" Editors => library::routes::feeds::list;
    POST "/admin/library/feeds" Editors => library::routes::feeds::submit;
    POST "/admin/library/feeds/{id}/{action}" Editors => library::routes::feeds::act;
    GET "/admin/library/import" Editors => library::routes::import::form;
    POST "/admin/library/import" Editors => library::routes::import::submit;
    GET "/admin/library/links" Editors => library::routes::links::list;
    POST "/admin/library/links" Editors => library::routes::links::again;
    GET "/admin/library/move" Editors => library::routes::moves::form;
    POST "/admin/library/move" Editors => library::routes::moves::submit;
    POST "/admin/library/move/{id}/undo" Editors => library::routes::moves::undo;
    GET "/admin/library/{id}" Editors => reports::routes::item;
    POST "/admin/library/{id}/short-link" Editors => tracking::routes::make_short;
    GET "/admin/publications" Editors => reports::routes::catalogue;
    GET "/admin/publications.csv" Editors => reports::routes::catalogue_csv;
    POST "/admin/library/{id}" Editors => library::routes::item::change;
    POST "/admin/library/{id}/about" Editors => library::routes::item::add_about;
    POST "/admin/library/{id}/unrelate" Editors => library::routes::item::remove_about;
    POST "/admin/library/{id}/archive" Editors => library::routes::item::put_aside;
    POST "/admin/library/{id}/restore" Editors => library::routes::item::take_back;

    GET "/images/{name}" Public => pictures::routes::serve;
    GET "/admin/pictures" Editors => pictures::routes::list;
    POST "/admin/pictures" Editors => pictures::routes::receive;
    POST "/admin/pictures/{hash}" Editors => pictures::routes::describe;
    POST "/admin/pictures/{hash}/archive" Editors => pictures::routes::put_aside;
    POST "/admin/pictures/{hash}/restore" Editors => pictures::routes::take_back;

    GET "/archive" Public => issues::routes::archive::list;
    GET "/archive/feed.xml" Public => issues::routes::feed::feed;
    GET "/archive/{slug}" Public => issues::routes::archive::show;
    GET "/archive/{slug}/mail" Public => issues::routes::archive::mail;
    GET "/archive/{slug}/theme.css" Public => issues::routes::archive::theme;
    GET "/admin/archive/import" Editors => issues::routes::import::form;
    POST "/admin/archive/import" Editors => issues::routes::import::submit;
    GET "/admin/issues/{id}/audience" Editors => issues::routes::audience::show;
    POST "/admin/issues/{id}/audience" Editors => issues::routes::audience::act;
    GET "/admin/issues/{id}/schedule" Desk => issues::routes::schedule::show;
    POST "/admin/issues/{id}/schedule" Editors => issues::routes::schedule::act;
    GET "/admin/issues/{id}/corrections" Editors => issues::routes::corrections::show;
    POST "/admin/issues/{id}/corrections" Editors => issues::routes::corrections::act;
    GET "/admin/signups" Editors => signups::routes::list;
    POST "/admin/signups" Editors => signups::routes::act;
    GET "/admin/signups/{id}" Editors => signups::routes::show;
    POST "/admin/signups/{id}" Editors => signups::routes::change;
    GET "/admin/signups/{id}/print" Editors => signups::routes::print;
    GET "/admin/signups/{id}/qr.svg" Editors => signups::routes::qr;
    GET "/admin/segments" Editors => segments::routes::list;
    GET "/admin/segments/new" Editors => segments::routes::blank;
    POST "/admin/segments/new" Editors => segments::routes::create;
    GET "/admin/segments/{id}" Editors => segments::routes::show;
    POST "/admin/segments/{id}" Editors => segments::routes::act;
    GET "/admin/test-groups/{newsletter}" Editors => issues::routes::test_groups::show;
    POST "/admin/test-groups/{newsletter}" Editors => issues::routes::test_groups::act;
    GET "/admin/issues/{id}/review" Editors => issues::routes::review::show;
    POST "/admin/issues/{id}/review" Editors => issues::routes::review::act;
    GET "/admin" Anyone => operations::desk::show;
    GET "/admin/calendar" Desk => issues::routes::calendar::show;
    GET "/admin/issues" Desk => issues::routes::list;
    POST "/admin/issues" Editors => issues::routes::create;
    GET "/admin/issues/new" Editors => issues::routes::new;
    GET "/admin/issues/{id}" Desk => issues::routes::show;
    POST "/admin/issues/{id}" Editors => issues::routes::save;
    GET "/admin/issues/{id}/library" Editors => issues::routes::library::list;
    POST "/admin/issues/{id}/library" Editors => issues::routes::library::pick;
    GET "/admin/issues/{id}/template" Editors => issues::routes::templates::ask;
    POST "/admin/issues/{id}/template" Editors => issues::routes::templates::create;
    GET "/admin/templates" Editors => issues::routes::templates::list;
    POST "/admin/templates/{id}" Editors => issues::routes::templates::rename;
    POST "/admin/templates/{id}/remove" Editors => issues::routes::templates::remove;
    POST "/admin/templates/{id}/restore" Editors => issues::routes::templates::restore;
    GET "/admin/recurring" Editors => recurring::routes::list;
    POST "/admin/recurring" Editors => recurring::routes::create;
    GET "/admin/recurring/new" Editors => recurring::routes::new;
    GET "/admin/recurring/{id}" Editors => recurring::routes::show;
    POST "/admin/recurring/{id}" Editors => recurring::routes::save;
    POST "/admin/recurring/{id}/{action}" Editors => recurring::routes::act;
    POST "/admin/issues/{id}/duplicate" Editors => issues::routes::duplicate;
    GET "/admin/issues/{id}/history" Editors => issues::routes::history::list;
    GET "/admin/issues/{id}/history/{number}" Editors => issues::routes::history::show;
    POST "/admin/issues/{id}/history/{number}" Editors => issues::routes::history::restore;
    GET "/admin/issues/{id}/preview" Desk => issues::routes::preview;
    GET "/admin/issues/{id}/preview/{form}" Desk => issues::routes::document;

    GET "/api/v1/openapi.json" Public => openapi::serve;
    GET "/api/v1/newsletters" Anyone => newsletters::api::list;
    GET "/api/v1/newsletters/{id}/count" Anyone => subscribers::api::count;
    PUT "/api/v1/newsletters/{id}/count" Editors => subscribers::api::state;
    GET "/api/v1/newsletters/{id}/growth" Anyone => subscribers::api_growth::between;
    GET "/api/v1/issues" Desk => issues::api::list;
    POST "/api/v1/issues" Editors => issues::api::create;
    POST "/api/v1/issues/import" Editors => issues::routes::import::import;
    GET "/api/v1/issues/{id}" Desk => issues::api::show;
    PUT "/api/v1/issues/{id}" Editors => issues::api::edit;
    GET "/api/v1/issues/{id}/revisions" Editors => issues::api_history::revisions;
    POST "/api/v1/issues/{id}/schedule" Editors => issues::api::plan;
    POST "/api/v1/issues/{id}/unschedule" Editors => issues::api::unschedule;
    POST "/api/v1/issues/{id}/approve" Editors => issues::api::approve;
    POST "/api/v1/issues/{id}/test" Editors => issues::api::test;
    POST "/api/v1/issues/{id}/pause" Desk => deliveries::api::pause;
    POST "/api/v1/issues/{id}/resume" Desk => deliveries::api::resume;
    POST "/api/v1/issues/{id}/cancel" Desk => deliveries::api::cancel;
    GET "/api/v1/deliveries" Desk => deliveries::api::list;
    GET "/api/v1/subscribers" Desk => subscribers::api::list;
    POST "/api/v1/subscribers/import" Editors => imports::api::import;
    GET "/api/v1/subscribers/{id}" Desk => subscribers::api::show;
    GET "/api/v1/imports" Editors => imports::api::list;
    GET "/api/v1/imports/{id}" Editors => imports::api::show;
    GET "/api/v1/imports/{id}/errors" Editors => imports::api::errors;
    POST "/api/v1/imports/{id}/cancel" Editors => imports::api::cancel;
    POST "/api/v1/imports/{id}/undo" Editors => imports::api::undo;
    GET "/api/v1/issues/{id}/report" Desk => reports::api::issue;
    GET "/api/v1/segments" Editors => segments::api::list;
    POST "/api/v1/segments" Editors => segments::api::create;
    GET "/api/v1/segments/{id}" Editors => segments::api::show;
    GET "/api/v1/images" Editors => pictures::api::list;
    POST "/api/v1/images" Editors => pictures::api::create;
    GET "/api/v1/library" Editors => library::api::list;
    POST "/api/v1/library" Editors => library::api::create;
    POST "/api/v1/library/fetch" Editors => library::api::propose;
    POST "/api/v1/library/import" Editors => library::routes::import::api;
    GET "/api/v1/library/{id}" Editors => library::api::show;
    GET "/api/v1/library/{id}/report" Editors => reports::api::item;
    GET "/api/v1/figures" Editors => reports::api::list_figures;
    POST "/api/v1/figures" Editors => reports::api::enter_figure;
}

/// Serves on a listener; the returned server runs when it is awaited.
pub fn serve(app: web::Data<App>, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .configure(pages::errors::extractors)
            .configure(register)
            // The last one wrapped is the first one entered.
            .wrap(from_fn(staff::idempotency::once))
            .wrap(from_fn(staff::guard::check))
            .wrap(from_fn(pages::errors::render))
            .wrap(from_fn(issues::routes::archive::old_addresses))
            .wrap(from_fn(newsletters::brand::know))
            .wrap(from_fn(pages::headers::secure))
            .wrap(Compress::default())
            .wrap(NormalizePath::trim())
            .wrap(tracing_actix_web::TracingLogger::<pages::headers::RequestSpan>::new())
            .wrap(from_fn(tracking::at_once::answer))
    })
    .workers(2)
    .shutdown_timeout(30)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
