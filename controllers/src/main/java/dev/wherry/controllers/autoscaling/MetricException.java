package dev.wherry.controllers.autoscaling;

/** A metric from which no number of replicas follows; the message is upstream's. */
final class MetricException extends Exception {
  private static final long serialVersionUID = 1;

  MetricException(String message) {
    super(message);
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
