package dev.wherry.kubelet.log;

import java.util.Optional;

/** The two streams of a container's log. */
public enum LogStream {
  STDOUT("stdout"),
  STDERR("stderr");

  private final String text;

  LogStream(String text) {
    this.text = text;
  }

  static Optional<LogStream> named(String text) {
    for (LogStream stream : values()) {
      if (stream.text.equals(text)) {
        return Optional.of(stream);
      }
    }
    return Optional.empty();
  }
}
