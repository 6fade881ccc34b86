package dev.wherry.network.ingress.route;

import java.util.List;

/** What is done with a request or a connection. */
public sealed interface Action {
  /**
   * It goes to one of several, by weight.
   *
   * @param totalWeight of all
   */
  record Forward(List<Share> shares, int totalWeight) implements Action {
    public Forward {
      shares = List.copyOf(shares);
    }

    public static Forward to(List<Share> shares) {
      return new Forward(shares, shares.stream().mapToInt(Share::weight).sum());
    }

    /**
     * The share that a number falls to.
     *
     * @param number from 0 to below the total
     */
    public Share choose(int number) {
      int left = number;
      for (Share share : shares) {
        left -= share.weight();
        if (left < 0) {
          return share;
        }
      }
      return shares.getLast();
    }
  }

  /**
   * A part of a rule's requests.
   *
   * @param request edits beside the rule's
   * @param response edits beside the rule's
   */
  record Share(Target target, int weight, HeaderEdits request, HeaderEdits response) {}

  /**
   * The client is sent elsewhere.
   *
   * @param scheme "" for the request's
   * @param host "" for the request's
   * @param port 0 for the scheme's own where a scheme is given, else the listener's
   */
  record Redirect(String scheme, String host, int port, PathEdit path, int status)
      implements Action {}

  record Refuse(int status, String why) implements Action {}
}
