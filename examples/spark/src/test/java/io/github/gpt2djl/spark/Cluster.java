package io.github.gpt2djl.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.SparkSession;

/** A standalone cluster on the loopback address: a master, workers of one core, and jobs that are submitted to it. */
final class Cluster implements AutoCloseable {
    /** These processes live for seconds: compiling them well costs more than it saves. */
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Pattern URL = Pattern.compile("spark://127\\.0\\.0\\.1:\\d+");

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final List<Process> workers = new ArrayList<>();
    private final String url;

    Cluster(Path folder, int workers) throws Exception {
        this.folder = folder;
        try {
            String deploy = "org.apache.spark.deploy.";
            Path log = folder.resolve("master.log");
            Process master =
                    start(log, deploy + "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
            url = url(master, log);
            for (int worker = 0; worker < workers; worker++) {
                String name = folder.resolve("worker-" + worker).toString();
                this.workers.add(start(
                        Path.of(name + ".log"),
                        deploy + "worker.Worker",
                        "--host",
                        "127.0.0.1",
                        "--webui-port",
                        "0",
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                        "--work-dir",
                        name,
                        url));
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** As spark-submit does it; what it prints goes to a file. */
    Process submit(Path log, int executors, List<String> spark, List<String> job) throws IOException {
        List<String> command = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit", "--master", url));
        for (String setting : List.of(
                "spark.driver.host=127.0.0.1",
                "spark.ui.enabled=false",
                "spark.executor.memory=512m",
                "spark.executor.extraJavaOptions=" + String.join(" ", SHORT_LIVED),
                "spark.cores.max=" + executors,
                "spark.scheduler.minRegisteredResourcesRatio=1")) {
            command.addAll(List.of("--conf", setting));
        }
        command.addAll(spark);
        command.addAll(List.of("--jars", TARGET + "/lib/*", TARGET + "/gpt2-spark.jar"));
        command.addAll(job);
        return start(log, command.toArray(String[]::new));
    }

    /** A driver in this process, with an executor of one core. */
    SparkSession session() throws IOException {
        try (Stream<Path> jars = Files.list(TARGET.resolve("lib"))) {
            return SparkSession.builder()
                    .master(url)
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.ui.enabled", false)
                    .config("spark.executor.memory", "512m")
                    .config(
                            "spark.jars",
                            TARGET + "/gpt2-spark.jar,"
                                    + jars.map(Path::toString).collect(Collectors.joining(",")))
                    .getOrCreate();
        }
    }

    /** Kills a worker and its executor with SIGKILL, in a task, after the executor has completed some. */
    Tasks killWorkerAtWork(Process job) throws Exception {
        for (int worker = 0; job.isAlive(); worker = (worker + 1) % workers.size()) {
            Tasks tasks = tasks(worker);
            if (tasks.complete() > 0 && tasks.begun() > tasks.complete()) {
                kill(workers.get(worker));
                return tasks(worker);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        throw new IllegalStateException("the job has ended before a worker could be killed");
    }

    /** What an executor says of its tasks. */
    record Tasks(long begun, long complete) {}

    private Tasks tasks(int worker) throws IOException {
        Path logs = folder.resolve("worker-" + worker);
        if (!Files.isDirectory(logs)) {
            return new Tasks(0, 0);
        }
        try (Stream<Path> files = Files.walk(logs)) {
            List<String> lines = new ArrayList<>();
            for (Path log : files.filter(file -> file.endsWith("stderr")).toList()) {
                lines.addAll(Files.readAllLines(log));
            }
            return new Tasks(
                    lines.stream()
                            .filter(line -> line.contains("Executor: Running task"))
                            .count(),
                    lines.stream()
                            .filter(line -> line.contains("Executor: Finished task"))
                            .count());
        }
    }

    private Process start(Path log, String... main) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String path = TARGET.resolve("spark/jars") + "/*:" + TARGET.resolve("test-classes");
        List<String> command = new ArrayList<>(List.of(java, "-Xmx512m", "-cp", path));
        command.addAll(SHORT_LIVED);
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        command.add(Node.class.getName());
        command.addAll(List.of(main));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "SPARK_HOME",
                        TARGET.resolve("spark").toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "SPARK_LOCAL_DIRS",
                        folder.resolve("local").toString()));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static String url(Process master, Path log) throws Exception {
        while (master.isAlive()) {
            Matcher found = URL.matcher(Files.readString(log));
            if (found.find()) {
                return found.group();
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IllegalStateException("the master has ended: " + Files.readString(log));
    }

    private static void kill(Process process) {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(killed -> killed.onExit().join());
    }

    @Override
    public void close() {
        processes.forEach(Cluster::kill);
    }
}
