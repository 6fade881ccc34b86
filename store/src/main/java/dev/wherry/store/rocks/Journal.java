package dev.wherry.store.rocks;

import dev.wherry.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What makes a batch durable before the database's tables hold it: numbered batches in files that
 * are used again and again. RocksDB's own log is switched off; its files grow, and a sync of a
 * growing file waits for the file system's journal too, which takes more than twice as long.
 *
 * <p>The database tells how far its tables reach; files up to there are free. Owned by the writer
 * after start-up.
 */
final class Journal implements AutoCloseable {
  /** A file's length; a batch that is longer gets a longer file of its own. */
  static final long SEGMENT_BYTES = 4L << 20;

  /** Free files kept for use. */
  private static final int FREE_MAX = 16;

  /** Batches up to this size are written from one buffer that lives as long as the journal. */
  private static final int SCRATCH_BYTES = 512 << 10;

  private static final String SUFFIX = ".journal";

  private final Path folder;
  private final LongSupplier flushed;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
  private final Deque<Segment> held = new ArrayDeque<>();
  private final Deque<Segment> free = new ArrayDeque<>();
  private @Nullable Segment active;
  private long fileNumber;
  private long lastId;
  private long next = 1;
  private Optional<IOException> broken = Optional.empty();

  /**
   * @param flushed the number of the newest batch that the database's tables hold
   */
  private Journal(Path folder, LongSupplier flushed) {
    this.folder = folder;
    this.flushed = flushed;
  }

  /** Finds the files; nothing is read yet. */
  static Journal open(Path folder, LongSupplier flushed) {
    Journal journal = new Journal(folder, flushed);
    try {
      Files.createDirectories(folder);
      journal.find();
      return journal;
    } catch (IOException e) {
      journal.close();
      throw Database.failure(e);
    }
  }

  private void find() throws IOException {
    List<Segment> found = new ArrayList<>();
    for (Path file : files()) {
      fileNumber = Math.max(fileNumber, number(file));
      found.add(Segment.open(file));
    }
    found.sort(Comparator.comparingLong(Segment::id));
    held.addAll(found);
  }

  /**
   * Reads what the tables do not hold yet.
   *
   * @param replay is given each such batch, in order
   * @return how many there were
   * @throws StoreException.Refused when batches are missing between others
   */
  long replay(Segment.RecordVisitor replay) {
    long reached = flushed.getAsLong();
    long before = reached;
    try {
      for (Segment segment : held) {
        lastId = segment.id();
        reached = replay(segment, reached, replay);
      }
    } catch (IOException e) {
      throw Database.failure(e);
    }
    next = reached + 1;
    return reached - before;
  }

  private long replay(Segment segment, long reached, Segment.RecordVisitor replay)
      throws IOException {
    if (segment.id() != 0 && segment.first() > reached + 1) {
      throw new StoreException.Refused(
          "the journal in "
              + folder
              + " is damaged before "
              + segment.path().getFileName()
              + "; put back a copy, or move the folder away to begin anew");
    }
    segment.read((sequence, payload) -> {
      if (sequence > reached) {
        replay.record(sequence, payload);
      }
    });
    return Math.max(reached, segment.last());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  private static long number(Path file) {
    String name = file.getFileName().toString();
    String digits = name.substring(0, name.length() - SUFFIX.length());
    return digits.matches("[0-9]{1,12}") ? Long.parseLong(digits) : 0;
  }

  /** The number of the next batch. */
  long next() {
    return next;
  }

  /**
   * Writes a batch, and makes it and all before it durable where that is asked for.
   *
   * @throws StoreException.Full when there is no room; nothing was written then
   * @throws StoreException.Unavailable when the disk failed; after a failed sync this is final,
   *     since nobody knows what the disk holds
   */
  void append(byte[] batch, boolean sync) {
    try {
      if (broken.isPresent()) {
        throw new IOException("an earlier sync failed; restart", broken.get());
      }
      Segment segment = roomFor(batch.length);
      segment.append(next, batch, scratch);
      if (sync) {
        sync(segment);
      }
      next++;
    } catch (IOException e) {
      throw Database.failure(e);
    }
  }

  private void sync(Segment segment) throws IOException {
    try {
      segment.sync();
    } catch (IOException e) {
      broken = Optional.of(e);
      throw e;
    }
  }

  private Segment roomFor(int payload) throws IOException {
    Segment now = active;
    if (now != null
        && (now.isEmpty() || now.position() + Segment.recordBytes(payload) <= SEGMENT_BYTES)) {
      return now;
    }
    if (now != null) {
      sync(now);
    }
    return rotate();
  }

  /** Goes on in a free file, or in a new one; the one before is durable by now. */
  private Segment rotate() throws IOException {
    reclaim();
    Segment fresh = free.isEmpty() ? create() : free.removeFirst();
    try {
      fresh.begin(lastId + 1, next);
    } catch (IOException e) {
      free.addFirst(fresh);
      broken = Optional.of(e);
      throw e;
    }
    lastId++;
    if (active != null) {
      held.addLast(active);
    }
    active = fresh;
    return fresh;
  }

  /** Frees the files whose batches the tables hold. */
  void reclaim() {
    long reached = flushed.getAsLong();
    try {
      while (!held.isEmpty() && held.getFirst().last() <= reached) {
        release(held.removeFirst());
      }
    } catch (IOException e) {
      throw Database.failure(e);
    }
  }

  private void release(Segment segment) throws IOException {
    if (free.size() < FREE_MAX && segment.sizeBytes() == SEGMENT_BYTES) {
      free.addLast(segment);
    } else {
      segment.close();
      Files.delete(segment.path());
    }
  }

  private Segment create() throws IOException {
    long number = fileNumber + 1;
    Segment segment =
        Segment.create(folder.resolve(String.format("%06d%s", number, SUFFIX)), SEGMENT_BYTES);
    fileNumber = number;
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
    return segment;
  }

  /** Files whose batches the tables do not hold yet. */
  int heldSegments() {
    return held.size();
  }

  @Override
  public void close() {
    if (active != null) {
      held.add(active);
    }
    held.addAll(free);
    for (Segment segment : held) {
      try {
        segment.close();
      } catch (IOException e) {
        broken = Optional.of(e);
      }
    }
    held.clear();
  }
}
