//! What the acts of the audit log are called on pages. A new act: its line in [`WORDS`].

/// The name of an act in the log, and what a reader sees.
const WORDS: &[(&str, &str)] = &[
    ("account close", "Account closed"),
    ("audit export", "Audit log exported"),
    ("audit key rotate", "Key of the audit log renewed"),
    ("build add", "Build added"),
    ("component dispose", "Unmatched components disposed of"),
    ("evidence add", "Evidence handed in"),
    ("evidence disqualify", "Evidence disqualified"),
    ("evidence rebuild", "Rows made again from evidence"),
    ("feed import", "Advisory feed imported"),
    ("finding assess", "Findings judged"),
    ("finding confirm carried", "Carried judgements confirmed"),
    ("finding sign", "Judgement signed"),
    ("finding sign clinical", "Judgement signed for the patient"),
    ("genesis", "Installation made"),
    ("init", "Organisation set up"),
    ("job failed", "Job failed"),
    ("link clear", "Suspect link cleared"),
    ("organisation change", "Organisation changed"),
    ("pack activate", "Pack activated"),
    ("pack adopt", "Pack adopted"),
    ("password change", "Password changed"),
    ("password reset", "Password reset"),
    ("person add", "Person added"),
    ("person address", "Address in commits added"),
    ("person address withdraw", "Address in commits taken back"),
    ("person change", "Person changed"),
    ("person erase", "Person's name and address erased"),
    ("person leave", "Person left"),
    ("product add", "Product added"),
    ("product change", "Product changed"),
    ("prove identity", "Identity proved by password"),
    ("record approve", "Revision approved"),
    ("record attach", "File attached"),
    ("record begin", "Record begun"),
    ("record detach", "File detached"),
    ("record discard", "Draft discarded"),
    ("record draft begin", "Draft begun"),
    ("record draft take over", "Draft taken over"),
    ("record edit", "Draft changed"),
    ("record retire", "Record retired"),
    ("record save", "Draft saved"),
    ("record send back", "Revision sent back"),
    ("record sign clinical", "Revision signed for the patient"),
    ("record submit", "Revision submitted for review"),
    ("record withdraw", "Revision withdrawn"),
    ("records import", "Records imported"),
    ("records rebuild", "Lists and links made again from records"),
    ("release add", "Release added"),
    ("release candidate", "Candidate named"),
    ("release change", "Plan of the release changed"),
    ("release decide", "Release decided"),
    ("release fielded", "Release said to be in the field, or no longer"),
    ("release match", "Components looked up in the feed"),
    ("release renew", "Judgements of the release looked at again"),
    ("revisions adopt", "Newer revisions adopted"),
    ("role grant", "Role granted"),
    ("role withdraw", "Role withdrawn"),
    ("sign in", "Signed in"),
    ("sign out", "Signed out"),
    ("token issue", "Token issued"),
    ("token revoke", "Token revoked"),
];

/// The acts and what a reader sees of them, sorted by that.
pub(super) fn all() -> Vec<(&'static str, &'static str)> {
    let mut all = WORDS.to_vec();
    all.sort_by_key(|(_, words)| *words);
    all
}

/// What a reader sees of an act. Reading is logged where it is refused alone.
pub(super) fn words(action: &str) -> String {
    let known = WORDS.iter().find(|(act, _)| *act == action);
    match (known, action.strip_suffix(" read")) {
        (Some((_, words)), _) => (*words).to_owned(),
        (None, Some(what)) => format!("Reading of {what}"),
        (None, None) => action.to_owned(),
    }
}
