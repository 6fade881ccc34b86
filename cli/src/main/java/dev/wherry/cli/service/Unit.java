package dev.wherry.cli.service;

import java.nio.file.Path;
import java.util.List;

/**
 * A unit of systemd for a server or agent.
 *
 * @param launcher the program, absolute
 * @param java the JDK it runs on, absolute
 * @param role server or agent
 * @param arguments of the role
 * @param secrets a file with environment variables that only root reads
 * @param keptBytes memory that the kernel takes from nothing of it, its program's pages included
 */
record Unit(
    Path launcher, Path java, String role, List<String> arguments, Path secrets, long keptBytes) {
  Unit {
    arguments = List.copyOf(arguments);
  }

  /**
   * The file's text. Only the main process ends with the unit: containers, their supervisors and
   * held sockets go on (KillMode=process). Delegate keeps systemd out of what is made below. What
   * is kept for it is kept by all groups above it or by none, so that it lies directly in the root.
   */
  String text() {
    return """
    # Written by `wherry service install`; changes belong into `systemctl edit`.
    [Unit]
    Description=Wherry %s (Kubernetes)
    Wants=network-online.target
    After=network-online.target

    [Service]
    Type=notify
    NotifyAccess=main
    Environment=%s
    EnvironmentFile=-%s
    ExecStart=%s
    KillMode=process
    Delegate=yes
    Restart=always
    RestartSec=2
    TimeoutStartSec=300
    TimeoutStopSec=60
    WatchdogSec=120
    SuccessExitStatus=143
    LimitNOFILE=1048576
    LimitNPROC=infinity
    LimitCORE=infinity
    TasksMax=infinity
    OOMScoreAdjust=-999
    Slice=-.slice
    MemoryMin=%d

    [Install]
    WantedBy=multi-user.target
    """
        .formatted(role, quoted("JAVA_HOME=" + java), secrets, command(), keptBytes);
  }

  private String command() {
    StringBuilder line = new StringBuilder(quoted(launcher.toString())).append(' ').append(role);
    arguments.forEach(argument -> line.append(' ').append(quoted(argument.replace("$", "$$"))));
    return line.toString();
  }

  /** One word of a unit file (rule: systemd.service(5), systemd.syntax(7)). */
  static String quoted(String word) {
    String plain = word.replace("%", "%%");
    return plain.matches("[-A-Za-z0-9_./:=,@%+$]+")
        ? plain
        : '"' + plain.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
