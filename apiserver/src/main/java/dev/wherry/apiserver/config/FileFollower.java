package dev.wherry.apiserver.config;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a configuration file again and again and loads it when its bytes have changed. What
 * cannot be loaded is logged and counted and leaves in force what was; a file that is wrong is not
 * tried again until it changes, other failures are. Files that are swapped by a link are followed.
 *
 * <p>One virtual thread looks; the counts may be read by any.
 */
public final class FileFollower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FileFollower.class.getName());

  /** Bytes of a configuration file. */
  private static final long FILE_BYTES_MAX = 4 << 20;

  private final String name;
  private final Path file;
  private final InstantSource clock;
  private final Consumer<byte[]> load;
  private final Semaphore never = new Semaphore(0);
  private final ReentrantLock looking = new ReentrantLock();
  private byte[] known;
  private @Nullable Stamp stamp;
  private @Nullable Thread thread;
  private volatile Outcomes outcomes = new Outcomes(0, 0, 0, 0);

  /** What of a file changes with its bytes. */
  private record Stamp(Object fileKey, long modifiedNanos, long bytes) {}

  private record Outcomes(long good, long bad, double goodSeconds, double badSeconds) {}

  /**
   * Reads the file for the first time.
   *
   * @param name for the log, such as {@code encryption}
   * @param load takes what has changed; a {@link ConfigException} says that it is wrong
   * @throws ConfigException when the file cannot be read
   */
  public FileFollower(String name, Path file, InstantSource clock, Consumer<byte[]> load) {
    this.name = name;
    this.file = file;
    this.clock = clock;
    this.load = load;
    try {
      this.known = read();
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(), List.of("the file cannot be read: " + e.getMessage()));
    }
  }

  /** The bytes that the file had at first. */
  public byte[] first() {
    return known;
  }

  /** Begins to look. */
  public void every(Duration time) {
    thread =
        Thread.ofVirtual()
            .name("follow-" + name)
            .start(() -> {
              try {
                while (!never.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS)) {
                  look();
                }
              } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Looks once, on the caller's thread. */
  public void look() {
    looking.lock();
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      Stamp seen =
          new Stamp(
              String.valueOf(now.fileKey()),
              now.lastModifiedTime().to(TimeUnit.NANOSECONDS),
              now.size());
      if (seen.equals(stamp)) {
        return;
      }
      byte[] bytes = read();
      if (!Arrays.equals(bytes, known)) {
        changed(bytes);
      }
      stamp = seen;
    } catch (IOException e) {
      failed("the file cannot be read: " + e.getMessage());
    } catch (RuntimeException e) {
      failed(String.valueOf(e.getMessage()));
    } finally {
      looking.unlock();
    }
  }

  private void changed(byte[] bytes) {
    try {
      load.accept(bytes);
    } catch (ConfigException e) {
      known = bytes;
      failed(String.valueOf(e.getMessage()));
      return;
    }
    known = bytes;
    Outcomes was = outcomes;
    outcomes = new Outcomes(was.good() + 1, was.bad(), seconds(), was.badSeconds());
    LOG.log(Level.INFO, name + "=reloaded file=" + file);
  }

  private void failed(String why) {
    Outcomes was = outcomes;
    outcomes = new Outcomes(was.good(), was.bad() + 1, was.goodSeconds(), seconds());
    LOG.log(Level.ERROR, name + "=kept file=" + file + " why=\"" + why + "\"");
  }

  private double seconds() {
    return clock.millis() / 1000.0;
  }

  private byte[] read() throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException("it is larger than " + FILE_BYTES_MAX + " bytes");
    }
    return Files.readAllBytes(file);
  }

  /** Loads that went well and that did not, by label. */
  public Map<String, Double> reloads() {
    return byStatus(outcomes.good(), outcomes.bad());
  }

  /** When one last went well and when not, in seconds since 1970, by label. */
  public Map<String, Double> lastReloadSeconds() {
    return byStatus(outcomes.goodSeconds(), outcomes.badSeconds());
  }

  private static Map<String, Double> byStatus(double good, double bad) {
    Map<String, Double> samples = new LinkedHashMap<>();
    samples.put("status=\"success\"", good);
    samples.put("status=\"failure\"", bad);
    return samples;
  }

  @Override
  public void close() {
    Thread started = thread;
    if (started != null) {
      started.interrupt();
    }
  }
}
