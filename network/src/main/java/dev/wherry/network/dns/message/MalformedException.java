package dev.wherry.network.dns.message;

/** Bytes that are no DNS message. Cheap, because anybody may send some: it has no stack trace. */
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedException(String what) {
    super(what, null, false, false);
  }
}
