namespace Relay.Sessions;

/// <summary>
/// This node's place in the locator. A locator that cannot be reached delays nobody: it is a short cut, and this node
/// is listed later.
/// </summary>
internal sealed partial class DocumentSession
{
    private const int RemoveTries = 5;

    private int failedRemoves;
    private int failedAdds;
    private bool listing;

    /// <summary>
    /// Whether a call to the locator is under way whose end frees the rest of a session that died meanwhile.
    /// </summary>
    private bool IsLocating =>
        listing || leaveStep == LeaveStep.Returning || (leaveStep == LeaveStep.Removing && !locatorTimer.IsSet);

    /// <summary>
    /// Adds this node to the document's holders, and says who else held it; nothing when the locator cannot be reached
    /// soon.
    /// </summary>
    private async ValueTask<IReadOnlyList<string>?> TryListAsync(CancellationToken cancellation)
    {
        using var soon = new CancellationTokenSource(settings.LocatorTimeout, services.Environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancellation);
        try
        {
            return await services.Locator.AddAsync(Name, either.Token);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            LogNotListed(services.Logger, exception, Name);
            return null;
        }
    }

    /// <summary>The next call to the locator, whichever it is.</summary>
    private void OnLocatorDue()
    {
        if (leaveStep == LeaveStep.Removing)
        {
            RemoveFromLocator();
        }
        else if (leaveStep == LeaveStep.None && !listing)
        {
            listing = true;
            Start(settings.CallTimeout, async cancellation => _ = await services.Locator.AddAsync(Name, cancellation),
                () => OnListed(null), OnListed);
        }
    }

    private void OnListed(Exception? failure)
    {
        listing = false;
        if (State == SessionState.Closed)
        {
            Free(removeFirst: true);
            return;
        }

        if (failure is not null)
        {
            ListLater();
        }
        else
        {
            failedAdds = 0;
        }

        ContinueLeaving();
    }

    private void ListLater() =>
        locatorTimer.Set(services.Environment.Backoff(++failedAdds, settings.FirstRetry, settings.LongestRetry));

    /// <summary>This node is added again where that failed, or where an earlier removal may take effect after it.</summary>
    private void ListAgain(bool isListed)
    {
        if (!isListed)
        {
            ListLater();
        }
        else if (registry.LateRemovals.Take(Name))
        {
            locatorTimer.Set(settings.CallTimeout);
        }
    }

    private void RemoveFromLocator() =>
        Start(settings.CallTimeout, cancellation => services.Locator.RemoveAsync(Name, cancellation),
            () => OnRemoved(null), OnRemoved);

    private void OnRemoved(Exception? failure)
    {
        if (failure is not null)
        {
            LogLeaveFailed(services.Logger, failure, Name);
            registry.LateRemovals.Add(Name);
        }

        if (State == SessionState.Closed)
        {
            Free(removeFirst: false);
            return;
        }

        leaveStep = LeaveStep.Removed;
        if (attachments.Count > 0)
        {
            Return();
        }
        else if (failure is not null && ++failedRemoves < RemoveTries)
        {
            leaveStep = LeaveStep.Removing;
            locatorTimer.Set(
                services.Environment.Backoff(failedRemoves, settings.FirstRetry, settings.LongestAppendRetry));
        }
        else
        {
            // It stays in the table if it could not be removed: who asks this node for the document will hear that it
            // does not hold it.
            EndIfNobodyCame();
        }
    }

    private void Return()
    {
        leaveStep = LeaveStep.Returning;
        Start(settings.LocatorTimeout, async cancellation => _ = await services.Locator.AddAsync(Name, cancellation),
            () => OnReturned(null), OnReturned);
    }

    private void OnReturned(Exception? failure)
    {
        if (State == SessionState.Closed)
        {
            Free(removeFirst: true);
            return;
        }

        leaveStep = LeaveStep.None;
        if (failure is not null)
        {
            LogNotListed(services.Logger, failure, Name);
        }

        ListAgain(isListed: failure is null);
        State = SessionState.Live;
        foreach (var attachment in attachments.ToArray())
        {
            if (attachment.IsAttached && !attachment.IsServed && State == SessionState.Live)
            {
                Serve(attachment);
            }
        }

        BecomeIdleIfEmpty();
    }
}
