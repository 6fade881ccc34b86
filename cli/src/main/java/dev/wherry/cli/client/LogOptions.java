package dev.wherry.cli.client;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.machinery.client.Query;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The flags of {@code logs} that go to the server. */
final class LogOptions {
  private static final int EVERYTHING = -1;

  /** What a selector shows of each log. */
  private static final int SELECTED_LINES = 10;

  @Option(
      names = {"-f", "--follow"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Go on as the log grows.")
  private boolean follow;

  @Option(
      names = {"-p", "--previous"},
      arity = "0..1",
      fallbackValue = "true",
      description = "The log of the container's run before.")
  private boolean previous;

  @Option(
      names = "--timestamps",
      arity = "0..1",
      fallbackValue = "true",
      description = "The time of each line.")
  private boolean timestamps;

  @Option(names = "--tail", description = "The last lines; -1 for all.")
  private long tail = EVERYTHING;

  @Option(names = "--since", description = "Lines of the last while, such as 5m.")
  private String since = "";

  @Option(names = "--since-time", description = "Lines after a time (RFC 3339).")
  private String sinceTime = "";

  @Option(names = "--limit-bytes", description = "How many bytes at most.")
  private long limitBytes;

  @Option(
      names = "--insecure-skip-tls-verify-backend",
      arity = "0..1",
      fallbackValue = "true",
      hidden = true)
  private boolean insecureBackend;

  boolean follow() {
    return follow;
  }

  /** The path of a container's log. */
  String query(String path, String container, boolean selected) {
    if (!since.isEmpty() && !sinceTime.isEmpty()) {
      throw ClientException.error("at most one of `sinceTime` or `sinceSeconds` may be specified");
    }
    long lines = tail == EVERYTHING && selected ? SELECTED_LINES : tail;
    if (lines < EVERYTHING) {
      throw ClientException.error("--tail must be greater than or equal to -1");
    }
    return new Query(path)
        .add("container", container)
        .add("follow", follow)
        .add("previous", previous)
        .add("timestamps", timestamps)
        .add("tailLines", lines < 0 ? "" : Long.toString(lines))
        .add("sinceSeconds", since.isEmpty() ? "" : Long.toString(sinceSeconds()))
        .add("sinceTime", sinceTime)
        .add("limitBytes", limitBytes > 0 ? Long.toString(limitBytes) : "")
        .add("insecureSkipTLSVerifyBackend", insecureBackend)
        .toString();
  }

  private long sinceSeconds() {
    try {
      Duration duration = GoDuration.parse(since);
      return duration.plusNanos(999_999_999).toSeconds();
    } catch (IllegalArgumentException e) {
      throw ClientException.error("--since: " + e.getMessage());
    }
  }
}
