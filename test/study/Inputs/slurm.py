"""Runs `COMMAND... ` with a Slurm of one node that lives in a folder of its own: slurm.py FOLDER
COMMAND. Its munged, slurmctld and slurmd are this process' children and end with it.
"""
import os
import socket
import subprocess
import sys
import time

folder = os.path.abspath(sys.argv[1])
os.makedirs(folder, exist_ok=True)
os.chmod(folder, 0o755)
host = socket.gethostname().split(".")[0]
key, munge = os.path.join(folder, "munge.key"), os.path.join(folder, "munge.socket")
with open(key, "wb") as file:
    file.write(os.urandom(1024))
os.chmod(key, 0o400)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


configuration = os.path.join(folder, "slurm.conf")
with open(configuration, "w", encoding="utf-8") as file:
    file.write(f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={os.environ.get("USER", "root")}
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={munge}
CryptoType=crypto/munge
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1
MinJobAge=300
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
""")
for name in ("state", "spool"):
    os.makedirs(os.path.join(folder, name), exist_ok=True)

environment = dict(os.environ, SLURM_CONF=configuration, USER=os.environ.get("USER", "root"))
daemons = []
try:
    def daemon(*command):
        with open(os.path.join(folder, os.path.basename(command[0]) + ".log"), "wb") as log:
            daemons.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=environment))

    def wait_for(what, command, expected):
        for _ in range(150):
            shown = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, check=False).stdout
            if expected in shown:
                return
            time.sleep(0.2)
        sys.stderr.write(f"{what} did not start; see {folder}\n")
        for name in os.listdir(folder):
            if name.endswith(".log"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as log:
                    sys.stderr.write(f"{name}:\n{log.read()[-3000:]}\n")
        sys.exit(1)
    daemon("/usr/sbin/munged", "--foreground", "--force", f"--key-file={key}",
           f"--socket={munge}", f"--pid-file={folder}/munged.pid",
           f"--log-file={folder}/munged.log.own", f"--seed-file={folder}/munged.seed")
    wait_for("munged", ["munge", "-n", "-S", munge], "MUNGE:")
    daemon("/usr/sbin/slurmctld", "-D", "-f", configuration)
    daemon("/usr/sbin/slurmd", "-D", "-f", configuration, "-N", host)
    wait_for("slurmd", ["sinfo", "-h", "-o", "%t"], "idle")
    status = subprocess.run(sys.argv[2:], env=environment, check=False).returncode
finally:
    for process in reversed(daemons):
        process.terminate()
    for process in daemons:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
sys.exit(status)
