//! The tables, as diesel sees them. A test compares this file with both sets of migrations.

#![expect(missing_docs, reason = "the columns are explained in the migrations")]

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    newsletters (id) {
        id -> BigInt,
        uuid -> Uid,
        slug -> Text,
        title -> Text,
        description -> Text,
        language -> Text,
        time_zone -> Text,
        sender_name -> Text,
        sender_email -> Text,
        reply_to -> Nullable<Text>,
        open_tracking -> Text,
        approval_required -> Bool,
        settings -> Document,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    staff (id) {
        id -> BigInt,
        uuid -> Uid,
        email -> Text,
        name -> Text,
        role -> Text,
        language -> Text,
        password_hash -> Nullable<Text>,
        nonce -> BigInt,
        created_at -> Moment,
        disabled_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    sessions (token_hash) {
        token_hash -> Binary,
        staff -> BigInt,
        created_at -> Moment,
        seen_at -> Moment,
        expires_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    api_tokens (id) {
        id -> BigInt,
        uuid -> Uid,
        name -> Text,
        role -> Text,
        token_hash -> Binary,
        created_at -> Moment,
        used_at -> Nullable<Moment>,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    audit_log (id) {
        id -> BigInt,
        at -> Moment,
        actor -> Text,
        action -> Text,
        subject -> Text,
        details -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    idempotency_keys (api_token, idempotency_key) {
        api_token -> BigInt,
        idempotency_key -> Text,
        request_hash -> Binary,
        status -> Integer,
        body -> Text,
        created_at -> Moment,
        etag -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    subscribers (id) {
        id -> BigInt,
        uuid -> Uid,
        address_key -> Text,
        address_hash -> Binary,
        email -> Text,
        name -> Nullable<Text>,
        organisation -> Nullable<Text>,
        sector -> Nullable<Text>,
        leadership_group -> Nullable<Text>,
        language -> Text,
        attributes -> Document,
        created_at -> Moment,
        email_key -> Text,
        name_key -> Text,
        surname_key -> Text,
        organisation_key -> Text,
        domain_key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    subscriptions (id) {
        id -> BigInt,
        subscriber -> BigInt,
        newsletter -> BigInt,
        state -> Text,
        scope -> Text,
        paused_until -> Nullable<Moment>,
        source -> Text,
        requested_at -> Moment,
        confirmed_at -> Nullable<Moment>,
        ended_at -> Nullable<Moment>,
        end_reason -> Nullable<Text>,
        reason_given -> Nullable<Text>,
        nonce -> BigInt,
        mail -> Nullable<Text>,
        mail_queued_at -> Nullable<Moment>,
        mail_due_at -> Nullable<Moment>,
        mail_sent_at -> Nullable<Moment>,
        mail_attempts -> Integer,
        leadership_group -> Nullable<Text>,
        sector -> Nullable<Text>,
        language -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    consent_texts (hash) {
        hash -> Text,
        purpose -> Text,
        language -> Text,
        body -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    consents (id) {
        id -> BigInt,
        subscriber -> BigInt,
        newsletter -> BigInt,
        purpose -> Text,
        text_hash -> Text,
        language -> Text,
        method -> Text,
        form_address -> Text,
        source -> Text,
        requested_at -> Moment,
        request_ip -> Nullable<Text>,
        confirm_ip -> Nullable<Text>,
        confirmation_message_id -> Nullable<Text>,
        confirmed_at -> Nullable<Moment>,
        withdrawn_at -> Nullable<Moment>,
        withdrawal_channel -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    ledger (id) {
        id -> BigInt,
        newsletter -> BigInt,
        day -> Date,
        recorded_at -> Moment,
        kind -> Text,
        change -> Integer,
        leadership_group -> Nullable<Text>,
        sector -> Nullable<Text>,
        cause -> Nullable<Text>,
        source -> Text,
        subscriber_uuid -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    growth (newsletter, day, kind, cause, leadership_group, sector, source) {
        newsletter -> BigInt,
        day -> Date,
        kind -> Text,
        cause -> Text,
        leadership_group -> Text,
        sector -> Text,
        source -> Text,
        rows -> BigInt,
        change -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    stated_counts (newsletter, day) {
        newsletter -> BigInt,
        day -> Date,
        subscribers -> BigInt,
        source -> Text,
        stated_by -> Text,
        stated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    pepper (fingerprint) {
        fingerprint -> Binary,
        first_used_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    suppressions (address_hash) {
        address_hash -> Binary,
        reason -> Text,
        at -> Moment,
        source -> Text,
        erased_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    form_texts (newsletter, text_hash) {
        newsletter -> BigInt,
        text_hash -> Text,
        shown_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    file_rewrites (only_row) {
        only_row -> Integer,
        wanted_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    subscriber_mails (id) {
        id -> BigInt,
        subscriber -> BigInt,
        newsletter -> BigInt,
        kind -> Text,
        to_email -> Nullable<Text>,
        nonce -> BigInt,
        queued_at -> Moment,
        due_at -> Nullable<Moment>,
        attempts -> Integer,
        sent_at -> Nullable<Moment>,
        used_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    own_sessions (token_hash) {
        token_hash -> Binary,
        subscriber -> BigInt,
        ends_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    idle_consents (newsletter) {
        newsletter -> BigInt,
        people -> BigInt,
        counted_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    merged_subscriptions (former) {
        former -> BigInt,
        nonce -> BigInt,
        subscription -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    library_items (id) {
        id -> BigInt,
        uuid -> Uid,
        kind -> Text,
        title -> Text,
        summary -> Text,
        language -> Text,
        published_on -> Nullable<Date>,
        published_precision -> Nullable<Text>,
        series -> Nullable<Text>,
        number -> Nullable<Integer>,
        leadership_groups -> Text,
        image_url -> Nullable<Text>,
        place -> Nullable<Text>,
        valid_until -> Nullable<Date>,
        search_text -> Text,
        created_at -> Moment,
        updated_at -> Moment,
        archived_at -> Nullable<Moment>,
        feed -> Nullable<BigInt>,
        is_new -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    library_tags (item, tag) {
        item -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    library_relations (item, about) {
        item -> BigInt,
        about -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    library_moves (id) {
        id -> BigInt,
        uuid -> Uid,
        rule -> Text,
        items -> Integer,
        changes -> Document,
        made_by -> Text,
        made_at -> Moment,
        undone_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    link_checks (url) {
        url -> Text,
        outcome -> Nullable<Text>,
        status -> Nullable<Integer>,
        checked_at -> Nullable<Moment>,
        broken_since -> Nullable<Moment>,
        is_dead -> Bool,
        due_at -> Moment,
        queued_at -> Moment,
        bytes -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    feeds (id) {
        id -> BigInt,
        uuid -> Uid,
        url -> Text,
        name -> Text,
        kind -> Text,
        language -> Text,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        last_read_at -> Nullable<Moment>,
        last_error -> Nullable<Text>,
        last_error_value -> Nullable<Text>,
        failures -> Integer,
        due_at -> Moment,
        active -> Bool,
        made_by -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    library_addresses (url) {
        url -> Text,
        item -> BigInt,
        position -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    issues (id) {
        id -> BigInt,
        uuid -> Uid,
        slug -> Text,
        newsletter -> BigInt,
        kind -> Text,
        series_number -> Nullable<Integer>,
        state -> Text,
        pause_reason -> Nullable<Text>,
        origin -> Text,
        origin_note -> Nullable<Text>,
        subject -> Text,
        current_revision -> Integer,
        approved_revision -> Nullable<Integer>,
        approved_by -> Nullable<Text>,
        rendition -> Nullable<Text>,
        send_at_local -> Nullable<Text>,
        time_zone -> Text,
        send_at -> Nullable<Moment>,
        audience -> Document,
        audience_count -> Nullable<BigInt>,
        fan_out_cursor -> BigInt,
        created_by -> Text,
        created_at -> Moment,
        updated_at -> Moment,
        started_at -> Nullable<Moment>,
        finished_at -> Nullable<Moment>,
        published_on -> Nullable<Date>,
        sender -> Nullable<Document>,
        preflight -> Nullable<Document>,
        tested_revision -> Nullable<Integer>,
        approved_audience -> Nullable<Text>,
        approved_frame -> Nullable<Document>,
        proposed_at_local -> Nullable<Text>,
        replies_cleared_at -> Nullable<Moment>,
        deliveries_cleared_at -> Nullable<Moment>,
        measured -> Nullable<Text>,
        unsubscribed -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    link_corrections (id) {
        id -> BigInt,
        uuid -> Uid,
        issue -> BigInt,
        number -> Integer,
        url_before -> Text,
        url_after -> Text,
        reason -> Text,
        asked_by -> Text,
        asked_at -> Moment,
        confirmed_by -> Nullable<Text>,
        at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    test_groups (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        name -> Text,
        addresses -> Document,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    issue_reviews (id) {
        id -> BigInt,
        issue -> BigInt,
        revision -> Integer,
        verdict -> Text,
        actor -> Text,
        note -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    preflight_overrides (issue, revision, finding) {
        issue -> BigInt,
        revision -> Integer,
        finding -> Text,
        code -> Text,
        block -> Nullable<Uid>,
        seen_by -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    issue_revisions (issue, number) {
        issue -> BigInt,
        number -> Integer,
        content -> Document,
        hash -> Text,
        autosave -> Bool,
        saved_by -> Text,
        saved_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    renditions (hash) {
        hash -> Text,
        subject -> Text,
        preheader -> Text,
        html -> Text,
        plain_text -> Text,
        web -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    issue_links (issue, number) {
        issue -> BigInt,
        number -> Integer,
        block -> Nullable<Uid>,
        url -> Text,
        library_item -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    deliveries (id) {
        id -> BigInt,
        issue -> BigInt,
        subscriber -> Nullable<BigInt>,
        domain -> Text,
        state -> Text,
        skip_reason -> Nullable<Text>,
        variant -> Nullable<Text>,
        attempts -> Integer,
        due_at -> Nullable<Moment>,
        worker -> Nullable<Text>,
        lease_until -> Nullable<Moment>,
        uncertain -> Integer,
        reply_code -> Nullable<Integer>,
        reply_status -> Nullable<Text>,
        reply_text -> Nullable<Text>,
        finished_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    judged_hits (id) {
        id -> Integer,
        rule_version -> Integer,
        until -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    open_counts (issue, hour, verdict) {
        issue -> BigInt,
        hour -> Moment,
        verdict -> Text,
        opens -> BigInt,
        personal -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    click_counts (issue, link, hour, verdict) {
        issue -> BigInt,
        link -> Integer,
        hour -> Moment,
        verdict -> Text,
        clicks -> BigInt,
        personal -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    opens (id) {
        id -> BigInt,
        delivery -> BigInt,
        at -> Moment,
        agent -> Text,
        network -> Text,
        verdict -> Text,
        reason -> Text,
        rule_version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    clicks (id) {
        id -> BigInt,
        delivery -> BigInt,
        link -> Integer,
        at -> Moment,
        agent -> Text,
        network -> Text,
        verdict -> Text,
        reason -> Text,
        rule_version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    figures (id) {
        id -> BigInt,
        uuid -> Uid,
        kind -> Text,
        day -> Date,
        period_start -> Nullable<Date>,
        value -> BigInt,
        unit -> Text,
        qualifier -> Text,
        definition -> Text,
        source -> Text,
        entered_by -> Text,
        entered_at -> Moment,
        channel -> Text,
        series_break -> Text,
        taken_back -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    activities (id) {
        id -> BigInt,
        uuid -> Uid,
        kind -> Text,
        title -> Text,
        sort -> Text,
        place -> Text,
        day -> Date,
        precision -> Text,
        url -> Text,
        source -> Text,
        corrects -> Nullable<BigInt>,
        taken_back -> Bool,
        entered_by -> Text,
        entered_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    status_note_drafts (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        language -> Text,
        period_start -> Date,
        period_end -> Date,
        compared_with -> Date,
        sections -> Document,
        revision -> Integer,
        changed_by -> Text,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    status_notes (id) {
        id -> BigInt,
        uuid -> Uid,
        draft -> BigInt,
        number -> Integer,
        period_start -> Date,
        period_end -> Date,
        compared_with -> Date,
        frozen -> Document,
        hash -> Text,
        frozen_by -> Text,
        frozen_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    image_tags (image, tag) {
        image -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    images (id) {
        id -> BigInt,
        hash -> Text,
        name -> Text,
        media_type -> Text,
        width -> Integer,
        height -> Integer,
        alt -> Text,
        decorative -> Bool,
        search_text -> Text,
        uploaded_by -> Text,
        uploaded_at -> Moment,
        archived_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    image_files (image, width) {
        image -> BigInt,
        width -> Integer,
        height -> Integer,
        size -> Integer,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    templates (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        name -> Text,
        kind -> Text,
        content -> Document,
        made_by -> Text,
        made_at -> Moment,
        removed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    recurring (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        name -> Text,
        rule -> Document,
        start -> Text,
        template -> Nullable<BigInt>,
        subject -> Text,
        kinds -> Text,
        lead_days -> Integer,
        next_send_at -> Moment,
        next_run_at -> Moment,
        active -> Bool,
        last_issue -> Nullable<BigInt>,
        made_by -> Text,
        made_at -> Moment,
        removed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    archive_texts (issue) {
        issue -> BigInt,
        stemmer -> Integer,
        theme -> Text,
        plain -> Text,
        stems -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    old_addresses (path) {
        path -> Text,
        issue -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    delivery_counts (issue, state, skip_reason) {
        issue -> BigInt,
        state -> Text,
        skip_reason -> Text,
        recipients -> BigInt,
        uncertain -> BigInt,
        personal -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    delivery_domains (issue, domain) {
        issue -> BigInt,
        domain -> Text,
        recipients -> BigInt,
        accepted -> BigInt,
        failed -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    segments (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        name -> Text,
        rules -> Document,
        version -> Integer,
        saved_by -> Text,
        saved_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment};

    signup_requests (id) {
        id -> BigInt,
        newsletter -> BigInt,
        request -> Document,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Moment, Uid};

    signup_sources (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        slug -> Text,
        title -> Text,
        origins -> Text,
        created_by -> Text,
        created_at -> Moment,
        archived_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Moment;

    signup_holds (id) {
        id -> BigInt,
        since -> Moment,
        asked -> BigInt,
        confirmed -> BigInt,
        released_at -> Nullable<Moment>,
        released_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    bulk_changes (id) {
        id -> BigInt,
        uuid -> Uid,
        state -> Text,
        act -> Text,
        query -> Document,
        subscriptions -> BigInt,
        passed -> BigInt,
        changed -> BigInt,
        cursor -> BigInt,
        made_by -> Text,
        made_at -> Moment,
        finished_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Moment;

    bulk_rows (bulk_change, subscription) {
        bulk_change -> BigInt,
        subscription -> BigInt,
        before -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Moment;

    retention_runs (kept) {
        kept -> Text,
        at -> Moment,
        cleared -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment};

    exports (id) {
        id -> BigInt,
        plan -> Document,
        ends_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    issue_segments (issue, segment) {
        issue -> BigInt,
        segment -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    subscriber_notes (id) {
        id -> BigInt,
        uuid -> Uid,
        subscriber -> BigInt,
        body -> Text,
        written_by -> Text,
        written_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    imports (id) {
        id -> BigInt,
        uuid -> Uid,
        newsletter -> BigInt,
        kind -> Text,
        state -> Text,
        file_name -> Text,
        size -> BigInt,
        plan -> Document,
        counts -> Document,
        cursor -> BigInt,
        rows -> Nullable<BigInt>,
        created_by -> Text,
        created_at -> Moment,
        started_at -> Nullable<Moment>,
        finished_at -> Nullable<Moment>,
        taken_by -> Nullable<Uid>,
        taken_at -> Nullable<Moment>,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    import_parts (import, part) {
        import -> BigInt,
        part -> Integer,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    import_rows (import, line) {
        import -> BigInt,
        line -> BigInt,
        verdict -> Text,
        field -> Nullable<Text>,
        reason -> Nullable<Text>,
        subscriber -> Nullable<BigInt>,
        address_hash -> Nullable<Binary>,
        earlier -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    import_mappings (name) {
        name -> Text,
        mapping -> Document,
        saved_by -> Text,
        saved_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    domain_moves (id) {
        id -> BigInt,
        uuid -> Uid,
        state -> Text,
        pairs -> Document,
        on_bounce -> Bool,
        people -> BigInt,
        counts -> Document,
        cursor -> BigInt,
        made_by -> Text,
        made_at -> Moment,
        finished_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Moment;

    domain_move_rows (domain_move, subscriber) {
        domain_move -> BigInt,
        subscriber -> BigInt,
        state -> Text,
        old_address -> Nullable<Text>,
        at -> Moment,
    }
}

diesel::joinable!(sessions -> staff (staff));
diesel::joinable!(idempotency_keys -> api_tokens (api_token));
diesel::joinable!(subscriptions -> subscribers (subscriber));
diesel::joinable!(subscriptions -> newsletters (newsletter));
diesel::joinable!(consents -> subscribers (subscriber));
diesel::joinable!(consents -> newsletters (newsletter));
diesel::joinable!(subscriber_mails -> subscribers (subscriber));
diesel::joinable!(subscriber_mails -> newsletters (newsletter));
diesel::joinable!(own_sessions -> subscribers (subscriber));
diesel::joinable!(merged_subscriptions -> subscriptions (subscription));
diesel::joinable!(ledger -> newsletters (newsletter));
diesel::joinable!(growth -> newsletters (newsletter));
diesel::joinable!(stated_counts -> newsletters (newsletter));
diesel::joinable!(library_addresses -> library_items (item));
diesel::joinable!(issues -> newsletters (newsletter));
diesel::joinable!(archive_texts -> issues (issue));
diesel::joinable!(imports -> newsletters (newsletter));
diesel::joinable!(import_parts -> imports (import));
diesel::joinable!(import_rows -> imports (import));
diesel::joinable!(import_rows -> subscribers (subscriber));
diesel::joinable!(subscriber_notes -> subscribers (subscriber));
diesel::joinable!(domain_move_rows -> domain_moves (domain_move));
diesel::joinable!(domain_move_rows -> subscribers (subscriber));
diesel::joinable!(bulk_rows -> bulk_changes (bulk_change));
diesel::joinable!(segments -> newsletters (newsletter));
diesel::joinable!(signup_requests -> newsletters (newsletter));
diesel::joinable!(signup_sources -> newsletters (newsletter));
diesel::joinable!(issue_segments -> issues (issue));
diesel::joinable!(issue_segments -> segments (segment));
diesel::joinable!(delivery_counts -> issues (issue));
diesel::joinable!(delivery_domains -> issues (issue));
diesel::joinable!(old_addresses -> issues (issue));
diesel::joinable!(issue_revisions -> issues (issue));
diesel::joinable!(preflight_overrides -> issues (issue));
diesel::joinable!(issue_reviews -> issues (issue));
diesel::joinable!(link_corrections -> issues (issue));
diesel::joinable!(test_groups -> newsletters (newsletter));
diesel::joinable!(issue_links -> issues (issue));
diesel::joinable!(issue_links -> library_items (library_item));
diesel::joinable!(deliveries -> issues (issue));
diesel::joinable!(deliveries -> subscribers (subscriber));
diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::Document;

    reader_sums (issue) {
        issue -> BigInt,
        basis -> Text,
        readers -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Moment, Uid};

    register_views (id) {
        id -> BigInt,
        uuid -> Uid,
        name -> Text,
        filters -> Text,
        saved_by -> Text,
        saved_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    short_links (library_item) {
        library_item -> BigInt,
        slug -> Text,
        made_by -> Text,
        made_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Document, Moment, Uid};

    short_link_counts (library_item, hour, verdict) {
        library_item -> BigInt,
        hour -> Moment,
        verdict -> Text,
        clicks -> BigInt,
    }
}

diesel::joinable!(open_counts -> issues (issue));
diesel::joinable!(click_counts -> issues (issue));
diesel::joinable!(opens -> deliveries (delivery));
diesel::joinable!(clicks -> deliveries (delivery));
diesel::joinable!(image_files -> images (image));
diesel::joinable!(status_note_drafts -> newsletters (newsletter));
diesel::joinable!(status_notes -> status_note_drafts (draft));
diesel::joinable!(image_tags -> images (image));

/// Tables that some query names together. Each pair by itself: allowing all of them, each with each,
/// is thousands of implementations, and the compiler compares every one with every other.
macro_rules! together {
    ($($table:ident: $($other:ident),+;)*) => {
        $($(diesel::allow_tables_to_appear_in_same_query!($table, $other);)+)*
    };
}

// Where `TableNotEqual` or `AppearsInFromClause` is missing, a pair is missing here.
together! {
    api_tokens: idempotency_keys;
    archive_texts: issues;
    bulk_changes: bulk_rows, subscriptions;
    bulk_rows: subscriptions;
    click_counts: issues;
    clicks: consents, deliveries, issue_links, issues, opens, subscribers, subscriptions;
    consent_texts: consents, form_texts;
    consents: deliveries, issues, newsletters, subscribers, subscriptions;
    deliveries: issue_links, issues, newsletters, opens, subscribers, subscriptions, suppressions;
    delivery_counts: issues;
    delivery_domains: issues;
    domain_move_rows: domain_moves, subscribers;
    growth: newsletters;
    image_files: images;
    image_tags: images;
    import_parts: imports;
    import_rows: imports, subscribers;
    imports: newsletters, subscribers;
    issue_links: issues, library_addresses, library_items, link_corrections, opens, renditions;
    issue_reviews: issues;
    issue_revisions: issues;
    issue_segments: issues, segments;
    issues: library_addresses, library_items, link_corrections, newsletters, old_addresses, open_counts, opens, preflight_overrides, reader_sums, renditions, subscribers, subscriptions;
    ledger: newsletters, subscriptions;
    library_addresses: library_items, short_links;
    library_items: library_tags;
    link_corrections: renditions;
    merged_subscriptions: subscriptions;
    newsletters: segments, signup_requests, signup_sources, stated_counts, status_note_drafts, subscriber_mails, subscribers, subscriptions, test_groups;
    opens: subscribers;
    own_sessions: subscribers;
    sessions: staff;
    staff: test_groups;
    status_note_drafts: status_notes;
    subscriber_mails: subscribers;
    subscriber_notes: subscribers;
    subscribers: subscriptions, suppressions;
    subscriptions: suppressions;
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    subscribers::leadership_group,
    subscribers::sector,
    deliveries::domain,
);
