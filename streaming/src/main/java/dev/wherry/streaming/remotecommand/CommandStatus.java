package dev.wherry.streaming.remotecommand;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * The last word about a command: a Kubernetes Status on the error stream (remotecommand protocol
 * v4; kubelet ServeExec).
 *
 * @param tree not to be changed
 */
public record CommandStatus(ObjectNode tree) {
  /** The end of a process that ran. */
  public static CommandStatus exit(int exitCode) {
    if (exitCode == 0) {
      return new CommandStatus(status("Success"));
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
    return new CommandStatus(status);
  }

  /** Something went wrong around the process. */
  public static CommandStatus failure(String message) {
    return new CommandStatus(
        status("Failure")
            .put("message", "Internal error occurred: " + message)
            .put("reason", "InternalError")
            .put("code", 500));
  }

  /** As a runtime sent it; what is no Status is the text of a failure. */
  public static CommandStatus parse(byte[] bytes) {
    try {
      if (Json.parse(bytes) instanceof ObjectNode tree && tree.hasNonNull("status")) {
        return new CommandStatus(tree);
      }
    } catch (DecodeException e) {
      return failure(new String(bytes, StandardCharsets.UTF_8));
    }
    return failure(new String(bytes, StandardCharsets.UTF_8));
  }

  public boolean succeeded() {
    return tree.path("status").asText().equals("Success");
  }

  /** For protocols from v4 on. */
  byte[] json() {
    return Json.write(tree);
  }

  /** For older protocols, which say nothing of success. */
  byte[] text() {
    String message = succeeded() ? "" : tree.path("message").asText("the command failed");
    return message.getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode status(String outcome) {
    ObjectNode status = Json.object();
    status.putObject("metadata");
    return status.put("status", outcome);
  }
}
