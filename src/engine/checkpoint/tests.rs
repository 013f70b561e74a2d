//! Folders and files, without a search.

use super::*;

/// A folder of one test's own that is not there yet.
fn folder(test: &str) -> PathBuf {
    let name = format!("straddle-{}-{test}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    // What an earlier run has left.
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn about(model: &str) -> About {
    vec![
        ("model".to_owned(), model.to_owned()),
        ("order".to_owned(), "any".to_owned()),
    ]
}

/// Writes a checkpoint that holds one list.
fn save(checkpoints: &Checkpoints, words: &[u64]) {
    let saved = checkpoints.save(&about("a"), |out| out.words(words));
    saved.expect("the folder can be written to");
}

fn load(checkpoints: &Checkpoints, about: &About) -> Result<Vec<u64>, Error> {
    let mut words = Vec::new();
    checkpoints.load(about, |from| {
        words = from.words()?;
        Ok(())
    })?;
    Ok(words)
}

#[test]
fn the_last_complete_one_stays() {
    let folder = folder("stays");
    let checkpoints = Checkpoints::start(&folder, Duration::ZERO).expect("a new folder");
    save(&checkpoints, &[1, 2]);
    save(&checkpoints, &[3]);
    let failed = checkpoints.save(&about("a"), |out| {
        out.words(&vec![4; 1 << 20])?;
        Err(io::ErrorKind::StorageFull.into())
    });
    let failed = failed.expect_err("it says so");
    assert_eq!(failed.kind(), io::ErrorKind::StorageFull);
    assert!(!folder.join(PARTIAL).exists());
    drop(checkpoints);
    let checkpoints = Checkpoints::resume(&folder, Duration::ZERO).expect("a checkpoint");
    assert_eq!(load(&checkpoints, &about("a")).ok(), Some(vec![3]));
    checkpoints.remove().expect("it can be removed");
    checkpoints.remove().expect("it is gone already");
    drop(checkpoints);
    let none = Checkpoints::resume(&folder, Duration::ZERO);
    assert!(matches!(none, Err(Error::Missing(_))), "{none:?}");
    fs::remove_dir_all(folder).expect("a folder");
}

/// Takes so many bytes and no more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_wherever_it_is_met() {
    let write = |out: &mut dyn Write| {
        fill(out, &about("a"), |out| {
            out.numbers(0..10_000)?;
            out.number(1)
        })
    };
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes it");
    for room in (0..bytes.len()).step_by(499) {
        let error = write(&mut Full(room)).expect_err("there is no room");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "room {room}");
    }
    write(&mut Full(bytes.len())).expect("just enough");
}

#[test]
fn a_folder_has_one_user() {
    let folder = folder("user");
    let first = Checkpoints::start(&folder, Duration::ZERO).expect("a new folder");
    let second = Checkpoints::start(&folder, Duration::ZERO);
    assert!(matches!(second, Err(Error::InUse(_))), "{second:?}");
    save(&first, &[1]);
    let second = Checkpoints::resume(&folder, Duration::ZERO);
    assert!(matches!(second, Err(Error::InUse(_))), "{second:?}");
    drop(first);
    let second = Checkpoints::start(&folder, Duration::ZERO);
    assert!(matches!(second, Err(Error::Taken(_))), "{second:?}");
    drop(second);
    Checkpoints::resume(&folder, Duration::ZERO).expect("nobody uses it");
    fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn a_folder_that_cannot_be_is_an_error() {
    let folder = folder("file");
    fs::write(&folder, "").expect("a file");
    for path in [folder.clone(), folder.join("below")] {
        let started = Checkpoints::start(&path, Duration::ZERO);
        assert!(matches!(started, Err(Error::Folder { .. })), "{started:?}");
        let resumed = Checkpoints::resume(&path, Duration::ZERO);
        let error = resumed.expect_err("there is no folder");
        assert!(
            matches!(error, Error::Folder { .. } | Error::Missing(_)),
            "{error:?}"
        );
    }
    fs::remove_file(folder).expect("a file");
}

#[test]
fn whatever_is_not_as_it_was_written_is_refused() {
    let folder = folder("damaged");
    let checkpoints = Checkpoints::start(&folder, Duration::ZERO).expect("a new folder");
    save(&checkpoints, &[1, 2, 3]);
    drop(checkpoints);
    let file = folder.join(FILE);
    let whole = fs::read(&file).expect("a checkpoint");
    let mut changed: Vec<Vec<u8>> = (0..whole.len()).map(|end| whole[..end].to_vec()).collect();
    changed.push([&whole[..], &[0]].concat());
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        changed.push(bytes);
    }
    for (number, bytes) in changed.iter().enumerate() {
        fs::write(&file, bytes).expect("a file");
        let resumed = Checkpoints::resume(&folder, Duration::ZERO);
        assert!(
            matches!(resumed, Err(Error::Damaged(_))),
            "{number}: {resumed:?}"
        );
    }
    fs::write(&file, &whole).expect("a file");
    Checkpoints::resume(&folder, Duration::ZERO).expect("as it was written");
    fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn only_the_same_search_goes_on() {
    let folder = folder("same");
    let checkpoints = Checkpoints::start(&folder, Duration::ZERO).expect("a new folder");
    save(&checkpoints, &[1]);
    let other = load(&checkpoints, &about("b")).expect_err("another model");
    let text = other.to_string();
    assert!(
        text.ends_with("belongs to another search: its model is a, here it is b"),
        "{text}"
    );
    let mut longer = about("a");
    longer.push(("store".to_owned(), "new".to_owned()));
    let other = load(&checkpoints, &longer).expect_err("more is asked for");
    let text = other.to_string();
    assert!(
        text.ends_with("its store is not known, here it is new"),
        "{text}"
    );
    let shorter = about("a")[..1].to_vec();
    let other = load(&checkpoints, &shorter).expect_err("less is asked for");
    let text = other.to_string();
    assert!(
        text.ends_with("its order is any, here it is not known"),
        "{text}"
    );
    fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn another_format_is_refused() {
    let folder = folder("format");
    let checkpoints = Checkpoints::start(&folder, Duration::ZERO).expect("a new folder");
    let mut bytes = Vec::new();
    let mut sink = Sink::new(&mut bytes);
    sink.bytes(&MAGIC).expect("memory takes it");
    sink.number(FORMAT + 1).expect("memory takes it");
    sink.finish().expect("memory takes it");
    drop(checkpoints);
    fs::write(folder.join(FILE), bytes).expect("a file");
    let checkpoints = Checkpoints::resume(&folder, Duration::ZERO).expect("it is whole");
    let error = load(&checkpoints, &about("a")).expect_err("another format");
    let is_it = matches!(error, Error::Format { found, .. } if found == FORMAT + 1);
    assert!(is_it, "{error:?}");
    fs::remove_dir_all(folder).expect("a folder");
}
