package dev.wherry.runtime.docker.streams;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;

/** The last message of a remote command: a Kubernetes Status (remotecommand protocol v4). */
final class ExitStatus {
  private ExitStatus() {}

  static byte[] of(int exitCode) {
    if (exitCode == 0) {
      return Trees.bytes(status("Success"));
    }
    ObjectNode status =
        status("Failure")
            .put("message", "command terminated with non-zero exit code: exit status " + exitCode)
            .put("reason", "NonZeroExitCode");
    status
        .putObject("details")
        .putArray("causes")
        .addObject()
        .put("reason", "ExitCode")
        .put("message", Integer.toString(exitCode));
    return Trees.bytes(status);
  }

  static byte[] failure(String message) {
    return Trees.bytes(
        status("Failure").put("message", message).put("reason", "InternalError").put("code", 500));
  }

  private static ObjectNode status(String outcome) {
    ObjectNode status = Trees.object();
    status.putObject("metadata");
    return status.put("status", outcome);
  }
}
