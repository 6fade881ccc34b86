package dev.wherry.cli.client.failure;

/** A command cannot go on; the message is printed as it is, without a stack trace. */
public final class ClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private ClientException(String message, int exitCode) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** A line that begins with {@code error:}. */
  public static ClientException error(String message) {
    return new ClientException("error: " + message, 1);
  }

  /** Lines that are printed as they are. */
  public static ClientException verbatim(String message) {
    return new ClientException(message, 1);
  }

  /** Ends the command with the code of a remote one; nothing is printed if the message is "". */
  public static ClientException exit(int code, String message) {
    return new ClientException(message, code);
  }

  public int exitCode() {
    return exitCode;
  }

  /** What to print, "" for nothing. */
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
