package dev.wherry.runtime.images.service;

import dev.wherry.runtime.cri.CriFailures;
import dev.wherry.runtime.images.registry.PullException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;

/**
 * Failures as gRPC statuses. Kubelets read UNKNOWN's text as it is, and know {@code
 * RegistryUnavailable} at its beginning (rule: cri-api's errors).
 */
final class ImageErrors {
  private static final System.Logger LOG = System.getLogger(ImageErrors.class.getName());
  private static final String UNAVAILABLE = "RegistryUnavailable: ";

  private ImageErrors() {}

  static <T> void answer(StreamObserver<T> out, Callable<T> body) {
    CriFailures.answer(out, body, ImageErrors::status);
  }

  private static StatusRuntimeException status(Exception failure) {
    String text = String.valueOf(failure.getMessage());
    return switch (failure) {
      case StatusRuntimeException e -> e;
      case PullException e -> pull(e).asRuntimeException();
      case IllegalArgumentException e ->
          Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
      case InterruptedIOException e -> Status.CANCELLED.withDescription(text).asRuntimeException();
      case InterruptedException e -> Status.CANCELLED.withDescription(text).asRuntimeException();
      case java.io.IOException e -> Status.UNKNOWN.withDescription(text).asRuntimeException();
      default -> {
        LOG.log(Level.WARNING, "image call failed", failure);
        yield Status.UNKNOWN.withDescription(text).asRuntimeException();
      }
    };
  }

  private static Status pull(PullException failure) {
    String text = String.valueOf(failure.getMessage());
    return switch (failure.reason()) {
      case NOT_FOUND -> Status.NOT_FOUND.withDescription(text);
      case DENIED, DAMAGED -> Status.UNKNOWN.withDescription(text);
      case UNAVAILABLE -> Status.UNKNOWN.withDescription(UNAVAILABLE + text);
    };
  }
}
