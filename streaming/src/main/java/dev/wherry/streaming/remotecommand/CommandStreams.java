package dev.wherry.streaming.remotecommand;

/** Which streams of a command are wanted; a terminal has no stderr of its own. */
public record CommandStreams(boolean stdin, boolean stdout, boolean stderr, boolean tty) {
  public CommandStreams {
    stderr = stderr && !tty;
  }
}
