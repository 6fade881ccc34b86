package dev.wherry.machinery.event;

/** How grave an event is. */
public enum EventType {
  NORMAL("Normal"),
  WARNING("Warning");

  private final String text;

  EventType(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
