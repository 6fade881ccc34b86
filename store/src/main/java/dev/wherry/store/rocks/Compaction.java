package dev.wherry.store.rocks;

import java.util.Arrays;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/**
 * Forgets replaced versions. Costs what was changed between the old horizon and the new one: every
 * record names the version it replaced. Runs on the writer's thread, in steps.
 */
final class Compaction {
  /** Records looked at in one step, between which transactions are written. */
  static final int STEP_RECORDS_MAX = 2_000;

  private final Database database;
  private final Revisions revisions;

  Compaction(Database database, Revisions revisions) {
    this.database = database;
    this.revisions = revisions;
  }

  /**
   * One step towards a revision.
   *
   * @return whether it has been reached
   */
  boolean step(long target) {
    long upTo = revisions.behindGap(Math.min(target, revisions.current()));
    if (upTo <= revisions.compacted()) {
      return true;
    }
    Batch batch = new Batch();
    long reached = collect(batch, upTo);
    revisions.compactTo(database, batch, reached);
    // The horizon moves before the versions go: a read that began earlier checks it at its end.
    revisions.compactedTo(reached);
    database.write(batch, false);
    return reached >= upTo;
  }

  private long collect(Batch batch, long upTo) {
    int looked = 0;
    long revision = revisions.compacted();
    try (ReadOptions options = new ReadOptions();
        RocksIterator log = database.iterator(database.log(), options)) {
      log.seek(new Layout.Position(revision + 1, 0).bytes());
      for (; log.isValid(); log.next()) {
        Layout.Position position = Layout.Position.of(log.key(), 0);
        if (position.revision() > upTo) {
          return upTo;
        }
        if (++looked > STEP_RECORDS_MAX && position.revision() != revision) {
          return revision;
        }
        revision = position.revision();
        forget(batch, position, Layout.record(log.value()));
      }
    }
    return upTo;
  }

  private void forget(Batch batch, Layout.Position position, Layout.LogRecord record) {
    if (!record.previous().isNone()) {
      batch.delete(database.log(), record.previous().bytes());
    }
    if (record.deletion()) {
      batch.delete(database.log(), position.bytes());
      byte[] key = Layout.key(record.key());
      if (Arrays.equals(database.get(database.latest(), key), Layout.deletedAt(position))) {
        batch.delete(database.latest(), key);
      }
    }
  }
}
