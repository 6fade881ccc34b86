package dev.wherry.store.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * One file of the {@link Journal}. It is filled with zeros once and then written over and over, so
 * that a sync has only data to write and nothing of the file system's own.
 *
 * <pre>
 * header  magic(8) id(8) first sequence(8) checksum(4), padded to 64
 * record  length(4) checksum of id, sequence and payload(4) sequence(8) payload
 * </pre>
 *
 * The id is new with every use, so that what an earlier use left behind is never taken for records.
 */
final class Segment implements AutoCloseable {
  private static final long MAGIC = 0x57485259_4a4e4c31L;
  private static final int HEADER_BYTES = 64;
  private static final int HEADER_USED_BYTES = 28;
  private static final int RECORD_HEADER_BYTES = 16;
  private static final int FILL_BYTES = 256 << 10;

  private final Path path;
  private final FileChannel file;
  private long id;
  private long first;
  private long last;
  private long position = HEADER_BYTES;

  private Segment(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /** What is done with a record on reading. */
  interface RecordVisitor {
    void record(long sequence, byte[] payload) throws IOException;
  }

  /** A new file, of zeros, on the disk. */
  static Segment create(Path path, long bytes) throws IOException {
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
      for (long at = 0; at < bytes; ) {
        zeros.clear().limit((int) Math.min(FILL_BYTES, bytes - at));
        at += file.write(zeros, at);
      }
      file.force(true);
      return new Segment(path, file);
    } catch (IOException e) {
      file.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /** One from an earlier run; without a whole header it has no records. */
  static Segment open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Segment segment = new Segment(path, file);
    ByteBuffer header = ByteBuffer.allocate(HEADER_USED_BYTES);
    readFully(file, header, 0);
    if (!header.hasRemaining()
        && header.getLong(0) == MAGIC
        && header.getInt(24) == headerChecksum(header)) {
      segment.id = header.getLong(8);
      segment.first = header.getLong(16);
      segment.last = segment.first - 1;
    }
    return segment;
  }

  private static void readFully(FileChannel file, ByteBuffer into, long at) throws IOException {
    long from = at;
    while (into.hasRemaining()) {
      int read = file.read(into, from);
      if (read < 0) {
        return;
      }
      from += read;
    }
  }

  private static int headerChecksum(ByteBuffer header) {
    CRC32C checksum = new CRC32C();
    checksum.update(header.duplicate().position(0).limit(24));
    return (int) checksum.getValue();
  }

  /** Starts it anew; its header is durable before any record of this use can be. */
  void begin(long newId, long firstSequence) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putLong(MAGIC).putLong(newId).putLong(firstSequence);
    header.putInt(24, headerChecksum(header));
    writeFully(header.clear(), 0);
    file.force(false);
    id = newId;
    first = firstSequence;
    last = firstSequence - 1;
    position = HEADER_BYTES;
  }

  private void writeFully(ByteBuffer bytes, long at) throws IOException {
    long to = at;
    while (bytes.hasRemaining()) {
      to += file.write(bytes, to);
    }
  }

  /** Appends a record; durable with the next {@link #sync}. */
  void append(long sequence, byte[] payload, ByteBuffer scratch) throws IOException {
    ByteBuffer record =
        scratch.capacity() >= RECORD_HEADER_BYTES + payload.length
            ? scratch.clear()
            : ByteBuffer.allocateDirect(RECORD_HEADER_BYTES + payload.length);
    record.putInt(payload.length).putInt(checksum(sequence, payload)).putLong(sequence);
    record.put(payload).flip();
    writeFully(record, position);
    position += RECORD_HEADER_BYTES + payload.length;
    last = sequence;
  }

  private int checksum(long sequence, byte[] payload) {
    CRC32C checksum = new CRC32C();
    ByteBuffer numbers = ByteBuffer.allocate(16).putLong(id).putLong(sequence).flip();
    checksum.update(numbers);
    checksum.update(payload, 0, payload.length);
    return (int) checksum.getValue();
  }

  void sync() throws IOException {
    file.force(false);
  }

  /** Reads the records in order up to the first that is not whole. */
  void read(RecordVisitor visitor) throws IOException {
    long size = file.size();
    ByteBuffer header = ByteBuffer.allocate(RECORD_HEADER_BYTES);
    while (id != 0) {
      readFully(file, header.clear(), position);
      int length = header.getInt(0);
      if (header.hasRemaining()
          || length <= 0
          || length > size - position - RECORD_HEADER_BYTES
          || header.getLong(8) != last + 1) {
        return;
      }
      byte[] payload = new byte[length];
      ByteBuffer into = ByteBuffer.wrap(payload);
      readFully(file, into, position + RECORD_HEADER_BYTES);
      if (into.hasRemaining() || checksum(last + 1, payload) != header.getInt(4)) {
        return;
      }
      visitor.record(++last, payload);
      position += RECORD_HEADER_BYTES + length;
    }
  }

  static long recordBytes(int payload) {
    return RECORD_HEADER_BYTES + payload;
  }

  Path path() {
    return path;
  }

  long id() {
    return id;
  }

  long first() {
    return first;
  }

  /** Of the last record; one before {@link #first} when there is none. */
  long last() {
    return last;
  }

  /** Where the next record goes. */
  long position() {
    return position;
  }

  boolean isEmpty() {
    return position == HEADER_BYTES;
  }

  long sizeBytes() throws IOException {
    return file.size();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
