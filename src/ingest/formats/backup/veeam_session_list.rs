//! Sessions of Veeam jobs as PowerShell lists them: `Get-VBRBackupSession | fl`, also of `Get-VBRTaskSession` and of
//! the agents' `Get-VBRComputerBackupJobSession`.
//!
//! Time:   local time of the machine that prints, in the order of its language: month first unless a day above 12
//!         says otherwise.
//! Units:  none.
//! Spec:   Veeam PowerShell reference (CBackupSession, CBackupTaskSession); PowerShell's Format-List.
//! Loses:  ids, sizes and speeds; sessions that are no backups.
//! Not handled: nothing known.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::job_runs;
use crate::ingest::property_list::{self, Properties};
use crate::ingest::row_times::{self, is_a_date};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct VeeamSessionList;

impl Format for VeeamSessionList {
    fn id(&self) -> &'static str {
        "veeam-session-list"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "sessions of Veeam jobs as a list (Get-VBRBackupSession | fl)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if property_list::fits(head, is_session) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

const STARTS: &[&str] = &["creationtime", "creationtimeutc", "starttime"];
const ENDS: &[&str] = &["endtime", "endtimeutc", "stoptime"];
const RESULTS: &[&str] = &["result", "status", "state"];

fn is_session(object: &Properties) -> bool {
    let job = object.get(&["jobname", "jobid", "jobsess", "jobtype", "jobtypestring"]);
    let dated = object.get(STARTS).is_some_and(|text| {
        [false, true].into_iter().any(|first| row_times::read(text, DayFirst(first)).is_some())
    });
    job.is_some() && dated && object.get(ENDS).is_some() && object.get(RESULTS).is_some()
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let objects = property_list::objects(content);
    let times = objects.iter().flat_map(|object| [object.get(STARTS), object.get(ENDS)]).flatten();
    let day_first = DayFirst::of(times);
    drop(objects);
    property_list::each(content, sink, |object, sink| take(object, day_first, sink));
}

fn take(object: &Properties, day_first: DayFirst, sink: &mut Sink<'_>) -> Fate {
    if object.get(STARTS).is_none() {
        return Fate::Ignored("object-of-another-kind");
    }
    let kind = object.get(&["jobtypestring", "jobtype", "type"]).unwrap_or("").to_lowercase();
    if ["restore", "recovery", "mount"].iter().any(|word| kind.contains(word)) {
        return Fate::Ignored("job-of-another-type");
    }
    let time = |names: &[&str]| -> Option<Stamp> {
        object.get(names).and_then(|text| row_times::read(text, day_first)).filter(is_a_date)
    };
    let Some(start) = time(STARTS) else { return Fate::Quarantined(Reason::BadField("start")) };
    let machine = object.get(&["vmname", "objectname"]).map(str::to_owned);
    let job = object.get(&["jobname", "name"]).unwrap_or("veeam").to_owned();
    job_runs::record(machine, job, start, time(ENDS), object.get(RESULTS).unwrap_or_default(), sink);
    Fate::Parsed
}
