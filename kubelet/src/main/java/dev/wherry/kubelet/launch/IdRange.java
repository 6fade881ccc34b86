package dev.wherry.kubelet.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The host's ids that pods with a user namespace share out: those that getsubids gives the user
 * {@code kubelet}, where there is one, else all above the first share (rule: upstream's kubelet).
 *
 * @param first user and group
 * @param count how many
 */
public record IdRange(long first, long count) {
  /** What a share is a multiple of. */
  public static final long UNIT = 65_536;

  private static final long ALL = 1L << 32;
  private static final String USER = "kubelet";
  private static final int WORDS = 4;
  private static final long ANSWER_SECONDS_MAX = 10;

  /**
   * This host's.
   *
   * @param share of one pod
   * @throws IOException with a sentence, where what is configured cannot be used
   */
  public static IdRange ofHost(long share, int podsMax) throws IOException {
    if (!userExists()) {
      return new IdRange(share, ALL - share);
    }
    String users;
    String groups;
    try {
      users = ask("getsubids", USER);
      groups = ask("getsubids", "-g", USER);
    } catch (ProgramMissing e) {
      return new IdRange(share, ALL - share);
    }
    if (!users.equals(groups)) {
      throw new IOException("/etc/subuid and /etc/subgid give the user kubelet different ids");
    }
    return parse(users).checked(share, podsMax);
  }

  private static boolean userExists() throws IOException {
    try {
      return FileSystems.getDefault()
          .getUserPrincipalLookupService()
          .lookupPrincipalByName(USER)
          .getName()
          .equals(USER);
    } catch (UserPrincipalNotFoundException e) {
      return false;
    }
  }

  private static String ask(String... words) throws IOException, ProgramMissing {
    Process process;
    try {
      process = new ProcessBuilder(words).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new ProgramMissing();
    }
    try {
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", words) + ": " + answer.strip());
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** getsubids is no part of this host; its files count for nothing then, as upstream has it. */
  private static final class ProgramMissing extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** One line, such as {@code 0: kubelet 65536 2147483648}. */
  static IdRange parse(String answer) throws IOException {
    List<String> lines = answer.strip().lines().toList();
    String[] words = lines.isEmpty() ? new String[0] : lines.getFirst().strip().split("\\s+", -1);
    if (lines.size() != 1 || words.length != WORDS) {
      throw new IOException(
          "getsubids kubelet must give one range, not \"" + answer.strip() + "\"");
    }
    try {
      return new IdRange(Long.parseLong(words[2]), Long.parseLong(words[3]));
    } catch (NumberFormatException e) {
      throw new IOException("getsubids kubelet gives no numbers: " + answer.strip(), e);
    }
  }

  IdRange checked(long share, int podsMax) throws IOException {
    String problem = "";
    if (first % share != 0 || count % share != 0) {
      problem = "must start at and be a multiple of " + share;
    } else if (first < share) {
      problem = "must not start below " + share;
    } else if (count / share < podsMax) {
      problem = "is not enough for " + podsMax + " pods of " + share;
    }
    if (!problem.isEmpty()) {
      throw new IOException(
          "the user kubelet's range of ids, %d from %d on, %s".formatted(count, first, problem));
    }
    return this;
  }
}
