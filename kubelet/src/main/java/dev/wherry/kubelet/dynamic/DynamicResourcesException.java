package dev.wherry.kubelet.dynamic;

/** A pod's claims are not ready for its containers. */
public final class DynamicResourcesException extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;

  public DynamicResourcesException(String text) {
    super(text);
    this.text = text;
  }

  /** The message, never null. */
  public String text() {
    return text;
  }
}
