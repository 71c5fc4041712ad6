/* SPDX-License-Identifier: GPL-2.0 */
/* Names on a D-Bus of our own, which also have but one owner, who loses them when it dies. */
#ifndef DBUS_H
#define DBUS_H

void dbus_start(void);		/* a daemon, which ends with us, and a connection to it */
void dbus_request(void);	/* a name */
void dbus_release(void);
void dbus_tidy(void);		/* forget the signals that came with it */

#endif /* DBUS_H */
