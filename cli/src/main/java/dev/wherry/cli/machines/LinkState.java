package dev.wherry.cli.machines;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one machine's link does to frames, each way: {@code 2:down}, {@code 2:delay=100ms,loss=5%},
 * {@code 2:up}.
 *
 * @param number the machine's
 * @param delayMillis 0 for none
 * @param lossPerMille 0 for none
 */
record LinkState(int number, boolean down, int delayMillis, int lossPerMille) {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{1,2}):(?:(up|down)|(?:delay=(\\d{1,5})ms)?,?(?:loss=(\\d{1,3}(?:\\.\\d)?)%)?)");

  private static final int PER_MILLE = 1_000;

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException with a sentence
   */
  static LinkState parse(String text) {
    Matcher found = FORM.matcher(text);
    if (!found.matches() || text.endsWith(":") || text.endsWith(",")) {
      throw new IllegalArgumentException(
          "--link " + text + ": write 2:down, 2:delay=100ms,loss=5% or 2:up, say, for machine 2");
    }
    String delay = found.group(3);
    String loss = found.group(4);
    LinkState state =
        new LinkState(
            Integer.parseInt(found.group(1)),
            "down".equals(found.group(2)),
            delay == null ? 0 : Integer.parseInt(delay),
            loss == null ? 0 : (int) Math.round(Double.parseDouble(loss) * 10));
    if (state.lossPerMille > PER_MILLE) {
      throw new IllegalArgumentException("--link " + text + ": no more than 100% can be lost");
    }
    return state;
  }

  /**
   * The script that brings a link into this state from any other: loss by packet rules of the
   * bridge, which every kernel of ours has, delay by the discipline {@code netem} at both ends.
   *
   * @param machine the one with this number
   */
  String script(Wiring wiring, Machine machine) {
    String link = wiring.link(number);
    String wire = wiring.space();
    return """
    ip -n %1$s link set %2$s %3$s
    nsenter --net=/run/netns/%1$s nft -f - <<'RULES'
    table bridge link-%2$s
    delete table bridge link-%2$s
    %4$s
    RULES
    tc -n %1$s qdisc del dev %2$s root 2>/dev/null || true
    tc -n %5$s qdisc del dev %6$s root 2>/dev/null || true
    %7$s
    """
        .formatted(
            wire,
            link,
            down ? "down" : "up",
            losing(link),
            machine.outerSpace(),
            machine.outerLink(),
            delaying(wire, link, machine));
  }

  private String losing(String link) {
    return lossPerMille == 0
        ? ""
        : """
        table bridge link-%1$s {
          chain frames {
            type filter hook forward priority 0
            iifname "%1$s" numgen random mod 1000 < %2$d drop
            oifname "%1$s" numgen random mod 1000 < %2$d drop
          }
        }
        """
            .formatted(link, lossPerMille);
  }

  private String delaying(String wire, String link, Machine machine) {
    return delayMillis == 0
        ? ""
        : """
        refused() {
          echo "delay needs the module sch_netem (modprobe sch_netem), which this kernel has not; down, up and loss need nothing"
          exit 1
        }
        tc -n %1$s qdisc add dev %2$s root netem delay %5$dms limit 100000 || refused
        tc -n %3$s qdisc add dev %4$s root netem delay %5$dms limit 100000 || refused
        """
            .formatted(wire, link, machine.outerSpace(), machine.outerLink(), delayMillis);
  }
}
