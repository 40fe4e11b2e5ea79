using Relay.Sockets.Backpressure;

namespace Relay.Api;

/// <summary>
/// Encoded documents that are being sent to HTTP clients, which may read slowly: each is charged once, however many
/// clients it is sent to, and goes back when the last of them has it. Thread-safe.
/// </summary>
/// <param name="budget">
/// What they are charged to: one of their own, so that slow readers do not keep writers out.
/// </param>
internal sealed class HeldStates(BufferBudget budget)
{
    private readonly Lock gate = new();
    private readonly Dictionary<byte[], HeldState> states = new(ReferenceEqualityComparer.Instance);

    /// <summary>Charges a state when there is room, or joins those for whom it is charged.</summary>
    /// <returns>False when there is none; otherwise the caller calls <see cref="Release"/> later.</returns>
    public async ValueTask<bool> TryHoldAsync(byte[] state, CancellationToken cancellation)
    {
        var held = Join(state);
        var isCharged = false;
        try
        {
            isCharged = await held.Charge.WaitAsync(cancellation);
        }
        finally
        {
            if (!isCharged)
            {
                Leave(state, held);
            }
        }

        return isCharged;
    }

    /// <summary>A client has the state, or is gone.</summary>
    public void Release(byte[] state)
    {
        HeldState held;
        lock (gate)
        {
            held = states[state];
        }

        Leave(state, held);
    }

    private HeldState Join(byte[] state)
    {
        lock (gate)
        {
            if (!states.TryGetValue(state, out var held))
            {
                var givenUp = new CancellationTokenSource();
                held = new HeldState
                {
                    // What is small does not wait behind what is large.
                    Charge = ChargeOf(state) is > 0 and var charge
                        ? budget.TakeAsync(charge, givenUp.Token).AsTask() : Task.FromResult(true),
                    GivenUp = givenUp,
                };
                states.Add(state, held);
            }

            held.Holders++;
            return held;
        }
    }

    private void Leave(byte[] state, HeldState held)
    {
        lock (gate)
        {
            if (--held.Holders > 0)
            {
                return;
            }

            states.Remove(state);
        }

        held.GivenUp.Cancel();
        _ = ReturnAsync(state, held);
    }

    /// <summary>Gives the charge back, also one that came when no holder waited for it any more.</summary>
    private async Task ReturnAsync(byte[] state, HeldState held)
    {
        try
        {
            if (await held.Charge)
            {
                budget.Return(ChargeOf(state));
            }
        }
        catch (OperationCanceledException)
        {
            // It was not charged.
        }
    }

    /// <summary>Small states are free; one that is larger than the budget is sent when no other is.</summary>
    private long ChargeOf(byte[] state) => Math.Clamp(state.Length - ChargedBuffer.FreeBytes, 0, budget.MaxBytes);
}
