package dev.wherry.kubelet.device;

/** A plugin did not do what was asked of it; the message says what. */
public final class DeviceException extends Exception {
  private static final long serialVersionUID = 1L;

  DeviceException(String message) {
    super(message);
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
