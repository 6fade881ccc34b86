package dev.wherry.store;

/**
 * What a store cannot do; the message is a sentence for the user, with the mend where there is one.
 */
public sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  StoreException(String message) {
    super(message);
  }

  /** The wanted revision lies before the horizon, or was lost with an unclean stop. */
  public static final class Compacted extends StoreException {
    private static final long serialVersionUID = 1L;
    private final long horizon;

    public Compacted(long revision, long horizon) {
      super("revision " + revision + " is gone; the oldest one is " + horizon);
      this.horizon = horizon;
    }

    public long horizon() {
      return horizon;
    }
  }

  /** The wanted revision has not been reached. */
  public static final class FutureRevision extends StoreException {
    private static final long serialVersionUID = 1L;

    public FutureRevision(long revision, long current) {
      super("revision " + revision + " has not been reached; the newest is " + current);
    }
  }

  /** No room on the disk. */
  public static final class Full extends StoreException {
    private static final long serialVersionUID = 1L;

    public Full(Throwable cause) {
      super("the disk is full: free some space and try again", cause);
    }
  }

  /** The store is closed, or its disk fails. */
  public static final class Unavailable extends StoreException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }

    public Unavailable(String message) {
      super(message);
    }
  }

  /** A data directory that this program must not touch. */
  public static final class Refused extends StoreException {
    private static final long serialVersionUID = 1L;

    public Refused(String message, Throwable cause) {
      super(message, cause);
    }

    public Refused(String message) {
      super(message);
    }
  }
}
