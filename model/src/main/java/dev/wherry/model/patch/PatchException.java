package dev.wherry.model.patch;

/**
 * A patch that cannot be read or does not fit the object; {@link #fault} says which HTTP answer it
 * deserves.
 */
public final class PatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Who is wrong, with the HTTP status upstream's patch handler gives for it. */
  public enum Fault {
    /** The patch document itself is malformed. */
    MALFORMED(400),
    /** The patch has more operations than {@link JsonPatch#OPERATIONS_MAX}. */
    TOO_MANY_OPERATIONS(413),
    /**
     * The patch is well formed but does not apply to this object (missing path, failed test, no
     * merge key).
     */
    DOES_NOT_APPLY(422);

    private final int httpStatus;

    Fault(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    /** The HTTP status code of the answer. */
    public int httpStatus() {
      return httpStatus;
    }
  }

  private final Fault fault;

  private PatchException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  static PatchException malformed(String message) {
    return new PatchException(Fault.MALFORMED, message);
  }

  static PatchException doesNotApply(String message) {
    return new PatchException(Fault.DOES_NOT_APPLY, message);
  }

  static PatchException tooManyOperations(int found) {
    return new PatchException(
        Fault.TOO_MANY_OPERATIONS,
        "The allowed maximum operations in a JSON patch is %d, got %d"
            .formatted(JsonPatch.OPERATIONS_MAX, found));
  }

  /** What kind of mistake this is. */
  public Fault fault() {
    return fault;
  }
}
