package dev.wherry.runtime.cri;

import dev.wherry.runtime.cni.CniException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Failures that any runtime may have, as gRPC statuses; kubelets test for NOT_FOUND. */
public final class CriFailures {
  private static final System.Logger LOG = System.getLogger(CriFailures.class.getName());

  private CriFailures() {}

  /**
   * Runs a call's body and completes the observer with its answer or its status.
   *
   * @param failures a failure's status
   */
  public static <T> void answer(
      StreamObserver<T> out,
      Callable<T> body,
      Function<Exception, StatusRuntimeException> failures) {
    T result;
    try {
      result = body.call();
    } catch (Exception e) {
      out.onError(failures.apply(e));
      return;
    }
    out.onNext(result);
    out.onCompleted();
  }

  /** The status of a failure; one that nobody expected is logged. */
  public static StatusRuntimeException status(Exception failure) {
    return switch (failure) {
      case StatusRuntimeException s -> s;
      case StatusException s -> s.getStatus().asRuntimeException();
      case CniException e -> unknown(e);
      case IllegalArgumentException e ->
          Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
      case InterruptedException e -> Status.CANCELLED.withCause(e).asRuntimeException();
      default -> {
        LOG.log(System.Logger.Level.WARNING, "cri call failed", failure);
        yield unknown(failure);
      }
    };
  }

  private static StatusRuntimeException unknown(Exception failure) {
    return Status.UNKNOWN
        .withDescription(String.valueOf(failure.getMessage()))
        .asRuntimeException();
  }

  /** What a call says of a container or sandbox that is not here. */
  public static StatusRuntimeException notFound(String what, String id) {
    return Status.NOT_FOUND.withDescription("no " + what + " " + id).asRuntimeException();
  }
}
