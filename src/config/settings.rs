//! The names, defaults and meanings of all settings.

/// One setting, for the README and `lederbrev settings`.
pub struct Setting {
    /// The name, without `LEDERBREV_`.
    pub name: &'static str,
    /// What it is when nobody says otherwise; a word in parentheses describes a computed default.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

macro_rules! settings {
    ($($name:ident = $default:literal, $doc:literal;)*) => {
        /// All settings, in the order of the README.
        pub const SETTINGS: &[Setting] =
            &[$(Setting { name: stringify!($name), default: $default, doc: $doc }),*];
    };
}

settings! {
    DATABASE_URL = "sqlite://data/lederbrev.db", "Where the data is: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME.";
    BIND = "127.0.0.1:8080", "Address and port to listen on. Put a proxy that speaks TLS in front.";
    PUBLIC_URL = "(http:// + BIND)", "The address that readers see; every link in a mail begins with it.";
    MAIL_URL = "catcher:", "Where mail goes: catcher: keeps it here for a look at /outbox; smtp://[USER:PASSWORD@]HOST[:PORT], with ?tls=required for STARTTLS; smtps:// for TLS from the start.";
    SECRET_KEY = "(made on first run)", "At least 32 characters that sign links and sessions. It is made and kept in secret.key in DATA_DIR; on PostgreSQL with a real relay it must be given, because several machines may share it.";
    SECRET_KEYS_OLD = "", "Earlier secret keys, separated by commas: links signed with them still work.";
    SUPPRESSION_PEPPER = "(made on first run)", "At least 32 characters that key the hashes of suppressed addresses. Never change it: the suppressions would be lost. Made and kept in suppression.pepper, or given, as SECRET_KEY is.";
    BOUNCE_DOMAIN = "(the sender's domain)", "Domain of the envelope sender, bounce+TAG@DOMAIN, to which bounces come back.";
    DKIM = "auto", "auto signs every message while there are keys in DKIM_DIR; off signs nothing, because the relay signs.";
    DKIM_DIR = "(dkim in DATA_DIR)", "Folder of the DKIM keys, which `lederbrev dkim new` makes. It is as secret as SECRET_KEY.";
    DKIM_SELECTOR = "(what `lederbrev dkim use` chose)", "The selector that signs, where several machines must agree on it.";
    SENDING_ADDRESSES = "", "IP addresses, separated by commas, from which the relay sends to the world: `lederbrev check dns` looks whether SPF allows them and whether their names lead back to them.";
    DNS_SERVER = "(the system's)", "ADDRESS:PORT of the DNS server that `lederbrev check dns` asks.";
    FETCH_ALLOW = "", "Hosts, separated by commas, from which pages are fetched into the library although they are behind us: an intranet's. Only names in this list may lead to private addresses or to ports other than 80 and 443.";
    LINK_CHECKS = "on", "on looks in the background whether the links of drafts, of what was sent and of the library still lead somewhere; off asks nobody.";
    TRUSTED_PROXIES = "", "Addresses or networks (10.0.0.0/8), separated by commas, whose X-Forwarded-For header is believed. Forwarded (RFC 7239) is not read: who sends one of the two often passes the other on from the client.";
    METRICS_TOKEN = "", "Bearer token for /metrics; without it only loopback is answered.";
    DATA_DIR = "(the folder of the database; data)", "Folder for the outbox, the withdrawals log and the made secrets.";
    ACCESSIBILITY_STATEMENT_DATE = "", "Day, as YYYY-MM-DD, on which the accessibility statement was last looked through. The law asks for that once a year: `lederbrev check all` says when it is more than a year ago, or was never given.";
    UNCONFIRMED_DAYS = "14", "Days that a sign-up is kept that nobody confirms.";
    IP_DAYS = "183", "Days that the IP addresses of a consent are kept: 6 months.";
    CONSENT_DAYS = "183", "Days that a consent is kept as proof after it was withdrawn: 6 months. The texts that were shown stay.";
    REPLY_DAYS = "90", "Days after an issue has ended that the words are kept with which mail servers answered. They may name a person; the codes stay.";
    DELIVERY_DAYS = "396", "Days after an issue has ended that it is kept who got it: 13 months. How many they were stays. At least 320: the warning of consents under which nothing is sent looks back 10 months.";
    TRACKING_DAYS = "396", "Days that the opens and clicks of persons who consented to them are kept: 13 months. The counts of an issue stay.";
    ENDED_DAYS = "183", "Days that name, address, workplace and the rest are kept of somebody who has left every newsletter: 6 months, as long as their consents. Then they are erased as if they had asked for it; the counts stay. 0 keeps them until they ask.";
    ERASED_YEARS = "5", "Years that the keyed hash of an erased person's address is kept, whatever it is kept for, and that of an address that nobody in the register has, so that an old list does not bring them back. It is still personal data, so it has an end; the privacy page names it. Lines of withdrawals.log end with it.";
    SIGNUPS_PER_NETWORK = "300", "Mails an hour because of sign-up forms from one network: an IPv4 address, or 64 bits of an IPv6 one. What is more waits its turn. A form that carries no note of when it was shown costs ten. Loopback is not counted: name the proxy in TRUSTED_PROXIES.";
    SIGNUPS_PER_DOMAIN = "600", "The same to one domain of addresses.";
    SIGNUPS_PER_HOUR = "3000", "The same in all.";
    SEND_CONNECTIONS = "8", "SMTP connections at once for an issue.";
    SEND_WINDOW = "8", "Messages for each connection that may be marked as under way at once; all connections share them. Connections times window is the most that a crash can send twice.";
    SEND_PER_MINUTE = "", "Messages of issues a minute in all, as the relay allows; without it, as many as it takes. Each process counts for itself.";
    SEND_PER_DAY = "", "Messages of issues in 24 hours, as the relay allows. An issue that cannot be out before SEND_DEADLINE is refused when it is scheduled. Several processes look every 500 messages or 30 seconds what the others took, more often as the end comes near: each but one may exceed it by an eighth of what was left then, and by 500 and a window at most.";
    SEND_PROVIDER_CONNECTIONS = "", "Messages that may be on the line at once to one provider: a receiving domain, or the domains of one known house. Without it there is no limit before a provider complains (421, 4.7.x); then it gets half of what it had, and more again with every quiet minute. A relay queues by itself, and a limit that nobody asked for would hold up an audience of which a third is at one provider.";
    SEND_PROVIDER_PER_MINUTE = "", "Messages a minute to one provider; without it, as many as it takes without a complaint. For a provider that has told its limit, or a relay that passes it on.";
    SEND_PROVIDER_SLOWEST = "1", "Messages a minute that a provider gets at least, however often it complains: with none, nobody would notice when it has calmed down.";
    SEND_PROVIDER_GROWTH = "25", "Per cent that a slowed provider gets more with every minute without a complaint: half becomes all in about three minutes, and the next complaint comes while it is still small.";
    SEND_PROVIDER_REFUSALS = "1", "Per cent of SEND_PROVIDER_SAMPLE that a provider may refuse by its policy (5.7.x) before nothing more goes there for SEND_PROVIDER_PAUSE. Going on would make our name worse; the recipients are not to blame and wait. When as many different providers refuse, the fault is ours and the issue pauses.";
    SEND_PROVIDER_SAMPLE = "200", "How many of the last messages to a provider SEND_PROVIDER_REFUSALS is counted among: enough that one strict mailbox stops nothing, few enough that a stop comes early.";
    SEND_PROVIDER_PAUSE = "60", "Minutes until one message tries whether a stopped provider takes our mail again: such blocks are lifted after hours, seldom after minutes.";
    SEND_RAMP_UP = "0", "Minutes in which an issue grows from a tenth of SEND_PER_MINUTE to all of it: a relay that has heard nothing for weeks distrusts a flood.";
    SEND_DEADLINE = "24", "Hours from the beginning of an issue, or from when a person let it go on, in which a recipient who cannot take it now is tried again: an issue of the day before is worth less than none.";
    SEND_RETRY_PAUSES = "5,15,60,240,240,360,480", "Minutes to wait after each temporary refusal, separated by commas; up to a tenth less by chance, so that what failed together does not come back together. They grow, because a greylist opens within minutes and a broken server within hours. After the last pause one more try decides.";
    SEND_LATE = "2", "Hours by which an issue may be overdue and still go out by itself. A later one is held and asked about: after an outage its day may be over, and a restored backup must not send again what went out before.";
    SEND_GRACE = "60", "Seconds between “send now” on a page and the first message, in which it can be taken back; 0 sends at once. The command line and the API always do.";
    SEND_UNCERTAIN = "resend", "What becomes of a copy of which nobody knows whether it went out, because the program was killed or the line broke at its end: resend sends it once more, hold leaves it to a person.";
    SEND_FAILURES = "5", "Per cent of the first SEND_FAILURES_SAMPLE recipients that may be refused for good before an issue is paused: so many mean a bad list or a bad name, and going on would make both worse.";
    SEND_FAILURES_SAMPLE = "500", "How many of the first recipients SEND_FAILURES is counted among: enough to tell a bad list from bad luck, few enough that most of it has not gone out yet.";
    SEND_GONE = "2", "Per cent of an audience whose addresses may be said not to exist before the issue pauses and nobody more is suppressed: so many do not cease to exist between two issues, and a server that is wrong would cost us their subscriptions.";
    SEND_GONE_LEAST = "20", "How many addresses may be said not to exist in any case, however small the audience is: two per cent of a hundred would be two people who changed their job.";
    WORKER_NAME = "(the host's name)", "Name of this process among those that send on one PostgreSQL database.";
    LOG = "info", "What is logged, in the syntax of tracing's EnvFilter (for example lederbrev=debug).";
    LOG_FORMAT = "text", "text or json.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_setting_as_the_program_does() {
        let readme = include_str!("../../README.md");
        let rows = readme.lines().filter(|line| line.starts_with("| `") && line.contains("` | "));
        let rows: Vec<&str> = rows.collect();
        for Setting { name, default, doc } in SETTINGS {
            let default = match *default {
                "" => "–".to_owned(),
                computed if computed.starts_with('(') => computed.to_owned(),
                value => format!("`{value}`"),
            };
            let row = format!("| `{name}` | {default} | {doc} |");
            assert!(rows.contains(&row.as_str()), "the README lacks: {row}");
        }
        assert_eq!(rows.len(), SETTINGS.len(), "the README lists what is no setting any more");
    }
}
