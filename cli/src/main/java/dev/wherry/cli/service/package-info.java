/**
 * {@code wherry service}: a server or agent as a unit of systemd, and what such a unit is told
 * (sd_notify(3)). Only the commands of {@code cli} use it.
 */
@NullMarked
package dev.wherry.cli.service;

import org.jspecify.annotations.NullMarked;
