package dev.wherry.runtime.docker;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.wherry.runtime.cri.CriFailures;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;

/** Docker's failures as gRPC statuses; the others are every runtime's. */
final class CriErrors {
  private CriErrors() {}

  /** Runs a call's body and completes the observer with its answer or its status. */
  static <T> void answer(StreamObserver<T> out, Callable<T> body) {
    CriFailures.answer(out, body, CriErrors::status);
  }

  static StatusRuntimeException status(Exception failure) {
    return switch (failure) {
      case NotFoundException e -> Status.NOT_FOUND.withDescription(text(e)).asRuntimeException();
      case ConflictException e ->
          Status.FAILED_PRECONDITION.withDescription(text(e)).asRuntimeException();
      case BadRequestException e ->
          Status.INVALID_ARGUMENT.withDescription(text(e)).asRuntimeException();
      case DockerException e -> Status.UNKNOWN.withDescription(text(e)).asRuntimeException();
      case DockerRefusal e when e.status() == 404 ->
          Status.NOT_FOUND.withDescription(text(e)).asRuntimeException();
      case DockerRefusal e -> Status.UNKNOWN.withDescription(text(e)).asRuntimeException();
      default -> CriFailures.status(failure);
    };
  }

  static StatusRuntimeException notFound(String what, String id) {
    return CriFailures.notFound(what, id);
  }

  // docker-java's messages are "Status 404: {"message":"..."}": keep what Docker said.
  static String text(Exception failure) {
    String message = String.valueOf(failure.getMessage()).strip();
    int from = message.indexOf("{\"message\":\"");
    int to = message.lastIndexOf("\"}");
    return from >= 0 && to > from
        ? message.substring(from + 12, to).replace("\\\"", "\"").replace("\\n", "\n")
        : message;
  }
}
