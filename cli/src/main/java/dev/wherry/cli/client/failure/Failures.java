package dev.wherry.cli.client.failure;

import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** The lines that kubectl prints for errors (kubectl pkg/cmd/util, checkErr). */
public final class Failures {
  private static final String MARK = "error: ";

  private final List<RuntimeException> failures = new ArrayList<>();

  /** Keeps an error for the end, so that the other objects still get their turn. */
  public void add(RuntimeException failure) {
    failures.add(failure);
  }

  public boolean isEmpty() {
    return failures.isEmpty();
  }

  /** Hands over what was kept, in order. */
  public void each(Consumer<RuntimeException> taker) {
    failures.forEach(taker);
  }

  /**
   * Ends the command if anything was kept.
   *
   * @throws ClientException with the lines of all
   */
  public void raise() {
    if (failures.isEmpty()) {
      return;
    }
    Set<String> lines = new LinkedHashSet<>();
    boolean several = failures.size() > 1;
    failures.forEach(failure -> lines.add(several ? unmarked(line(failure)) : line(failure)));
    throw ClientException.verbatim(String.join("\n", lines));
  }

  /** One of several errors is printed without the mark of an only one. */
  private static String unmarked(String line) {
    return line.startsWith(MARK) ? line.substring(MARK.length()) : line;
  }

  /** The text for one error; it may have several lines, never a stack trace. */
  public static String line(Throwable failure) {
    return switch (failure) {
      case ClientException e -> e.text();
      case ApiException e when e.reason() == Reason.INVALID -> invalid(e);
      case ApiException e when e.reason() == Reason.UNAUTHORIZED ->
          "error: You must be logged in to the server (" + e.text() + ")";
      case ApiException e when e.reason().text().isEmpty() -> "Error from server: " + e.text();
      case ApiException e -> "Error from server (" + e.reason().text() + "): " + e.text();
      case FileAlreadyExistsException e ->
          "error: " + e.getFile() + " is in the way: move it, or choose another place";
      case NoSuchFileException e -> "error: no such file or directory: " + e.getFile();
      case AccessDeniedException e -> "error: permission denied: " + e.getFile();
      case UncheckedIOException e -> line(Objects.requireNonNull(e.getCause()));
      default -> plain(failure);
    };
  }

  private static String plain(Throwable failure) {
    String message = failure.getMessage();
    String text = message == null ? failure.getClass().getSimpleName() : message;
    return text.startsWith("error: ") ? text : "error: " + text;
  }

  private static String invalid(ApiException e) {
    ApiException.Details details = e.details();
    String what = "The request is invalid";
    if (!details.kind().isEmpty() || !details.name().isEmpty()) {
      what = "The " + details.kind() + " \"" + details.name() + "\" is invalid";
    } else if (!e.text().isEmpty() && details.causes().isEmpty()) {
      what = what + ": " + e.text();
    }
    Set<String> causes = new LinkedHashSet<>();
    for (ApiException.Cause cause : details.causes()) {
      causes.add(cause.field() + ": " + cause.message());
    }
    if (causes.isEmpty()) {
      return what;
    }
    if (causes.size() == 1) {
      return what + ": " + causes.iterator().next();
    }
    return what + ": \n* " + String.join("\n* ", causes);
  }

  /** The same refusal with where it came from put before its message. */
  public static ApiException during(String action, String source, ApiException e) {
    return new ApiException(
        e.reason(),
        e.code(),
        "error when " + action + " \"" + source + "\": " + e.text(),
        e.details());
  }
}
