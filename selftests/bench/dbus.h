/* SPDX-License-Identifier: GPL-2.0 */
/* Names on a D-Bus of our own: like a mutex, a name has one owner, who loses it when it dies. */
#ifndef DBUS_H
#define DBUS_H

void dbus_start(void);		/* starts a daemon, which ends with us, and connects to it */
void dbus_request(void);	/* acquires a name */
void dbus_release(void);
void dbus_tidy(void);		/* forgets the signals that the daemon sent about the name */

#endif /* DBUS_H */
