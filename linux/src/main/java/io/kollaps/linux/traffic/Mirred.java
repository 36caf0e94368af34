package io.kollaps.linux.traffic;

import io.kollaps.linux.NetlinkMessage;

/** The action that sends packets out of another device. */
final class Mirred {
  private static final int FIRST_ACTION = 1;
  private static final int TCA_ACT_KIND = 1;
  private static final int TCA_ACT_OPTIONS = 2;
  private static final int TCA_MIRRED_PARMS = 2;
  private static final int TCA_EGRESS_REDIR = 1;
  private static final int TC_ACT_STOLEN = 4;

  private Mirred() {}

  static void redirect(NetlinkMessage message, int link) {
    int action = message.begin(FIRST_ACTION);
    message.attribute(TCA_ACT_KIND, "mirred");
    int options = message.begin(TCA_ACT_OPTIONS);
    int parameters = message.beginStruct(TCA_MIRRED_PARMS);
    // struct tc_mirred: index, capab, action, refcnt, bindcnt, eaction, ifindex
    message.word(0).word(0).word(TC_ACT_STOLEN).word(0).word(0).word(TCA_EGRESS_REDIR).word(link);
    message.end(parameters).end(options).end(action);
  }
}
