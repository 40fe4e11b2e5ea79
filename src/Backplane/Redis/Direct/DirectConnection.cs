using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// A connection to Redis whose socket is one of a socket loop: commands are sent by the thread that gives them, and
/// answers and messages are handled by the loop's, which serves clients as well. It carries appends and entries, and
/// ends for good on any trouble. Thread-safe.
/// </summary>
/// <param name="target">The server, and as whom.</param>
/// <param name="socket">The socket, which has shaken hands and does not block.</param>
/// <param name="loops">The loops.</param>
/// <param name="time">The clock.</param>
/// <param name="ended">Told once that it has ended, and why.</param>
internal sealed class DirectConnection(
    DirectTarget target, Socket socket, ISocketLoops loops, TimeProvider time, Action<string> ended)
    : ISocketWatcher, IThreadPoolWorkItem
{
    /// <summary>After so many receptions the loop goes on with other sockets first.</summary>
    private const int MostReceptions = 4;

    private readonly DirectInput input = new(socket);
    private readonly DirectCommands commands = new(socket, time);
    private readonly DirectChannels channels = new();
    private IDisposable? watching;

    public DirectTarget Target => target;

    public bool IsOpen => commands.IsOpen;

    /// <summary>Begins to read on a loop.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public void Begin(int loop)
    {
        var begun = loops.Watch(loop, socket, this);
        Interlocked.Exchange(ref watching, begun);
        if (!IsOpen)
        {
            begun.Dispose();
        }
    }

    /// <summary>Evaluates a script that Redis knows. The caller goes on on the loop's thread.</summary>
    /// <exception cref="DirectRefusedException">It was not carried out.</exception>
    /// <exception cref="BackplaneUnavailableException">Its outcome is unknown.</exception>
    public Task<byte[]?> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] arguments)
    {
        var call = new DirectCall(time.GetTimestamp());
        Send(call, (script, keys, arguments), static (output, what) =>
            RespWriter.WriteEvaluation(output.Buffer, what.script.HashDigits, what.keys, what.arguments));
        return call.Task;
    }

    /// <summary>Subscribes to a channel, whose messages are handed over in order, one at a time.</summary>
    /// <exception cref="DirectRefusedException">Redis refuses it.</exception>
    /// <exception cref="BackplaneUnavailableException">Its outcome is unknown.</exception>
    public async Task SubscribeAsync(string channel, Action<byte[]> taker)
    {
        var name = Encoding.UTF8.GetBytes(channel);
        var call = new DirectCall(time.GetTimestamp(), name, TaskCreationOptions.RunContinuationsAsynchronously);
        channels.Set(name, taker);
        try
        {
            Send(call, name, static (output, name) => WriteAbout(output, "SSUBSCRIBE"u8, name));
            await call.Task;
        }
        catch
        {
            channels.Remove(name);
            throw;
        }
    }

    /// <summary>Ends the subscription.</summary>
    public void Unsubscribe(string channel)
    {
        var name = Encoding.UTF8.GetBytes(channel);
        channels.Remove(name);
        SendUnheard(new DirectCall(time.GetTimestamp(), name), name,
            static (output, name) => WriteAbout(output, "SUNSUBSCRIBE"u8, name));
    }

    /// <summary>
    /// Ends the connection if an answer has not come within the deadline, and has an answer to wait for the next time.
    /// </summary>
    public void Check(TimeSpan deadline)
    {
        if (commands.LongestWait is not { } wait)
        {
            SendUnheard(new DirectCall(time.GetTimestamp()), "PING", static (output, ping) =>
            {
                RespWriter.Begin(output.Buffer, 1);
                RespWriter.Write(output.Buffer, ping);
            });
        }
        else if (wait > deadline)
        {
            End("Redis does not answer in time");
        }
    }

    /// <summary>Ends it: what waits for an answer fails, with an outcome that is unknown.</summary>
    public void End(string reason)
    {
        if (commands.Close() is not { } unanswered)
        {
            return;
        }

        // With a reset: what Redis has not read yet, it is not to carry out later.
        Interlocked.Exchange(ref watching, null)?.Dispose();
        socket.Close(0);
        foreach (var call in unanswered)
        {
            call.TrySetException(new BackplaneUnavailableException($"The connection to Redis has ended: {reason}."));
        }

        ended(reason);
    }

    public void OnReady(bool readable, bool writable)
    {
        if (writable && !commands.TrySendRest())
        {
            End("it cannot be written to");
        }

        if (readable)
        {
            Execute();
        }
    }

    /// <summary>Reads on.</summary>
    public void Execute()
    {
        try
        {
            var mayBeMore = true;
            for (var i = 0; i < MostReceptions && mayBeMore; i++)
            {
                if ((input.TryReceive(out mayBeMore) ? HandleAll() : "Redis has closed it") is { } problem)
                {
                    End(problem);
                    return;
                }
            }

            if (mayBeMore)
            {
                loops.AfterRound(this);
            }
        }
        catch (ObjectDisposedException)
        {
            // Ended meanwhile.
        }
    }

    /// <summary>
    /// Handles the replies that are whole. Returns why the connection must end; null if it need not.
    /// </summary>
    private string? HandleAll()
    {
        var bytes = input.Bytes;
        var read = 0;
        while (read < bytes.Length)
        {
            var reply = RespReader.Read(bytes[read..]);
            if (reply.Outcome == RespOutcome.Partial)
            {
                break;
            }

            if ((reply.Outcome == RespOutcome.Whole ? Handle(reply) : "Redis sent what is no reply") is { } problem)
            {
                return problem;
            }

            read += reply.Length;
        }

        input.Drop(read);
        return null;
    }

    private string? Handle(in RespReply reply)
    {
        if (reply.Kind is RespKind.Message or RespKind.Other)
        {
            if (reply.Kind == RespKind.Message && channels.TryFind(reply.Channel, out var taker))
            {
                taker(reply.Content.ToArray());
            }

            return null;
        }

        if (commands.TakeAnswered(reply) is not { } call)
        {
            return "Redis answered what was not asked";
        }

        if (reply.Kind == RespKind.Error)
        {
            var error = DirectRefusal.Read(reply.Content);
            call.TrySetException(error);
            return DirectRefusal.IsOfWrongServer(error) ? error.Message : null;
        }

        call.TrySetResult(reply.Kind == RespKind.Answer && !reply.IsNull ? reply.Content.ToArray() : null);
        return null;
    }

    private void Send<T>(DirectCall call, T what, Action<DirectOutput, T> write)
    {
        if (!commands.TrySend(call, what, write))
        {
            End("it cannot be written to");
        }
    }

    /// <summary>Sends what may fail: then the connection has ended, and with it what the command was about.</summary>
    private void SendUnheard<T>(DirectCall call, T what, Action<DirectOutput, T> write)
    {
        _ = call.Task.ContinueWith(static late => late.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        try
        {
            Send(call, what, write);
        }
        catch (DirectRefusedException)
        {
            // The connection has ended, or will by the next check.
        }
    }

    private static void WriteAbout(DirectOutput output, ReadOnlySpan<byte> command, byte[] channel)
    {
        RespWriter.Begin(output.Buffer, 2);
        RespWriter.Write(output.Buffer, command);
        RespWriter.Write(output.Buffer, channel);
    }
}
